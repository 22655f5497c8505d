import type { Map as MaplibreMap } from "maplibre-gl";
import { useTranslation } from "react-i18next";

import { ground, measured } from "../format";
import { lengthBetween, lengthOf, ringOf } from "./geodesic";
import type { Place } from "./shape";
import { useSketch } from "./sketch";
import { SketchOverlay } from "./SketchOverlay";
import { ToolPanel } from "./ToolPanel";

interface MeasureToolProps {
  map: MaplibreMap;
  /** The first point, where the tool begins at a place. */
  from: Place | null;
  onLeave: () => void;
}

/** Measures lengths along a line, and perimeter and ground of a ring, on the ellipsoid. */
export function MeasureTool({ map, from, onLeave }: MeasureToolProps) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const { sketch, byKeys, finish, back } = useSketch(map, { from: from ? [from] : [], active: true, ring: false, onLeave });
  const { points, next, done, closed } = sketch;
  const line = next ? [...points, next] : points;
  const total = lengthOf(line);
  const [a, b] = [line.at(-2), line.at(-1)];
  const ring = closed ? ringOf(points) : null;
  const touch = window.matchMedia("(hover: none)").matches;
  return (
    <>
      <SketchOverlay map={map} sketch={sketch} byKeys={byKeys} legLabel={(p, q) => measured(lengthBetween(p, q), lang)} endLabel={!closed && line.length > 1 ? measured(total, lang) : undefined} />
      <ToolPanel name={t("key_measure")} onClose={onLeave}>
        {line.length < 2 && <p className="tools-hint">{t("measure_start")}</p>}
        {line.length > 1 && (
          <dl className="tools-figures" aria-live={done ? "polite" : "off"}>
            <div>
              <dt>{t(ring ? "measure_perimeter" : "measure_total")}</dt>
              <dd data-testid="measured">{measured(ring ? ring.perimeter : total, lang)}</dd>
            </div>
            {ring && (
              <div>
                <dt>{t("measure_ground")}</dt>
                <dd data-testid="measured-ground">{ground(ring.ground, lang)}</dd>
              </div>
            )}
            {!done && a && b && line.length > 2 && (
              <div>
                <dt>{t("measure_leg")}</dt>
                <dd>{measured(lengthBetween(a, b), lang)}</dd>
              </div>
            )}
          </dl>
        )}
        {line.length > 1 && <p className="tools-hint">{t(done ? "measure_done" : touch ? "measure_more_touch" : "measure_more")}</p>}
        {points.length > 0 && (
          <div className="tools-buttons">
            <button type="button" className="quiet" onClick={back}>
              {t("tool_undo")}
            </button>
            {!done && points.length > 1 && (
              <button type="button" className="quiet" onClick={finish}>
                {t("tool_finish")}
              </button>
            )}
          </div>
        )}
      </ToolPanel>
    </>
  );
}
