import { useEffect, useEffectEvent } from "react";

import type { Bounds } from "../../map/levels";
import type { StewardMapProps } from "./types";
import { useMaplibre } from "./useView";

/**
 * Takes the map where it is asked to go, when asked, and to the first boundaries
 * when they appear. At all other times it stays where it is.
 */
export function Fit({ to, home }: { to: StewardMapProps["fitTo"]; home: Bounds | null }) {
  const map = useMaplibre();
  const go = (box: Bounds, duration: number) => map.fitBounds(box, { padding: fitPadding(map.getContainer().clientWidth), maxZoom: 20, duration, essential: true });
  const goHome = useEffectEvent(() => {
    if (home && !to) go(home, 0);
  });
  const goThere = useEffectEvent(() => {
    if (to) go(to.bbox, window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 600);
  });
  const hasHome = home !== null;
  useEffect(() => {
    if (hasHome) goHome();
  }, [hasHome]);
  const key = to?.key;
  useEffect(() => {
    if (key !== undefined) goThere();
  }, [key]);
  return null;
}

/** Room for the panel on the left of a desk. */
export function fitPadding(width: number) {
  return width < 900 ? 32 : { top: 64, bottom: 72, left: 420 + 40, right: 64 };
}
