import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { canDraw, MapBoundary } from "../map/MapBoundary";
import type { StewardMapProps } from "./map/StewardMap";

const StewardMap = lazy(() => import("./map/StewardMap").then((m) => ({ default: m.StewardMap })));

/** The desk's map, or what to do without one. */
export function DeskMap(props: StewardMapProps) {
  const { t } = useTranslation();
  const without = <p className="no-map">{t("deskNoMap")}</p>;
  return (
    <div className="desk-map">
      {canDraw ? (
        <MapBoundary fallback={without}>
          <Suspense fallback={null}>
            <StewardMap {...props} />
          </Suspense>
        </MapBoundary>
      ) : (
        without
      )}
    </div>
  );
}
