import { lazy, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { canDraw, MapBoundary } from "../map/MapBoundary";
import type { WallMapProps } from "./WallMap";

const WallMap = lazy(() => import("./WallMap").then((m) => ({ default: m.WallMap })));

/** The wall's map, or a word where there can be none. */
export function Board({ children, ...map }: WallMapProps & { children?: ReactNode }) {
  const { t } = useTranslation();
  const without = <p className="wall-none">{t("wallNoMap")}</p>;
  return (
    <div className="wall-map">
      {!canDraw
        ? without
        : map.districts.length > 0 && (
            <MapBoundary fallback={without}>
              <Suspense fallback={null}>
                <WallMap {...map} />
              </Suspense>
            </MapBoundary>
          )}
      {children}
    </div>
  );
}
