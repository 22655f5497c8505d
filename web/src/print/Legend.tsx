import { useTranslation } from "react-i18next";

import type { Level } from "../map/levels";
import { lineWidth } from "./drawn";
import { paperPalette } from "./palette";
import { mmPerPixel } from "./scale";

interface LegendProps {
  levels: Level[];
  zoom: number;
  unit: number;
  /** The kind of area that stands out. */
  selected: "now" | "ended" | null;
  point: boolean;
}

/** What the lines on the map mean: those that are on it, as they are drawn there. */
export function Legend({ levels, zoom, unit, selected, point }: LegendProps) {
  const { t } = useTranslation();
  const colour = (l: Level) => (l === "district" ? paperPalette.district : l === "compound" ? paperPalette.compound : l === "grid" ? paperPalette.grid : l === "community" ? paperPalette.community : paperPalette.line);
  const [w, h] = [10 * unit, 4 * unit];
  const swatch = { viewBox: `0 0 ${w} ${h}`, style: { width: `${w}mm`, height: `${h}mm` }, "aria-hidden": true } as const;
  return (
    <section className="paper-legend" data-testid="legend">
      <h2>{t("print_legend")}</h2>
      <ul>
        {levels.map((l) => {
          const width = lineWidth(l, zoom) * mmPerPixel;
          return (
            <li key={l}>
              <svg {...swatch}>
                <path d={`M0 ${h / 2}H${w}`} stroke={colour(l)} strokeWidth={width} strokeDasharray={l === "compound" ? `${width} ${1.5 * width}` : undefined} />
              </svg>
              {t("print_borderOf", { level: t(`level_${l}`) })}
            </li>
          );
        })}
        {selected && (
          <li>
            <svg {...swatch}>
              <rect
                x={0.6}
                y={0.6}
                width={w - 1.2}
                height={h - 1.2}
                fill={paperPalette.accent}
                fillOpacity={0.12}
                stroke={paperPalette.accent}
                strokeWidth={2 * mmPerPixel}
                strokeDasharray={selected === "ended" ? "1 0.8" : undefined}
              />
            </svg>
            {t(selected === "ended" ? "print_ended" : "print_selected")}
          </li>
        )}
        {point && (
          <li>
            <svg {...swatch}>
              <circle className="paper-pin" cx={w / 2} cy={h / 2} r={1.4 * unit} strokeWidth={0.8 * unit} />
            </svg>
            {t("print_point")}
          </li>
        )}
      </ul>
      <p className="paper-small">{t("print_tones")}</p>
    </section>
  );
}
