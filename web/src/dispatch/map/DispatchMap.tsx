import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { canDraw, MapBoundary } from "../../map/MapBoundary";
import type { CaseMapProps } from "./CaseMap";

const CaseMap = lazy(() => import("./CaseMap").then((m) => ({ default: m.CaseMap })));

/** The desk's map, or what to do without one. */
export function DispatchMap(props: CaseMapProps) {
  const { t } = useTranslation();
  const without = <p className="no-map">{t("dispatchNoMap")}</p>;
  return (
    <div className="dispatch-map">
      {canDraw ? (
        <MapBoundary fallback={without}>
          <Suspense fallback={null}>
            <CaseMap {...props} />
          </Suspense>
        </MapBoundary>
      ) : (
        without
      )}
    </div>
  );
}
