import { useEffect, useEffectEvent } from "react";

import type { Bounds } from "../../map/levels";
import type { StewardMapProps } from "./types";
import { useMaplibre } from "./useView";

/** Takes the map where it is asked to go, and nowhere else. */
export function Fit({ to, home }: { to: StewardMapProps["fitTo"]; home: Bounds | null }) {
  const map = useMaplibre();
  const go = useEffectEvent((box: Bounds | undefined, duration: number) => {
    if (box) map.fitBounds(box, { padding: fitPadding(map.getContainer().clientWidth), maxZoom: 20, duration, essential: true });
  });
  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const key = to?.key;
  const hasHome = home !== null;
  useEffect(() => {
    if (hasHome && key === undefined) go(home ?? undefined, 0);
    // Only when the first boundaries appear: later the map stays where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [hasHome]);
  useEffect(() => {
    if (key !== undefined) go(to?.bbox, still() ? 0 : 600);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return null;
}

/** Room for the panel on the left of a desk. */
export function fitPadding(width: number) {
  return width < 900 ? 32 : { top: 64, bottom: 72, left: 420 + 40, right: 64 };
}
