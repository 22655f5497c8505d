import { useTranslation } from "react-i18next";

import { barOf, scaleText } from "./scale";

/** The numeric scale, and a bar that is as long on paper as its metres are on the ground. */
export function ScaleBar({ scale, unit, most }: { scale: number; unit: number; most: number }) {
  const { t } = useTranslation();
  const { metres, mm, parts } = barOf(scale, most);
  const part = mm / parts;
  const [divisor, word] = metres >= 1000 ? [1000, t("print_km")] : [1, t("print_m")];
  const pad = 4 * unit; // for labels at the ends
  const high = 1.3 * unit;
  const size = 2.5 * unit;
  const marks = [0, parts === 5 ? 2 : 2, parts];
  return (
    <div className="paper-scale">
      <p>
        {t("print_scale")} <strong data-testid="scale">{scaleText(scale)}</strong>
      </p>
      <svg
        role="img"
        aria-label={`${metres / divisor} ${word}`}
        data-testid="scale-bar"
        data-metres={metres}
        data-mm={mm}
        style={{ width: `${mm + 2 * pad + 4 * unit}mm`, height: `${high + size * 1.5}mm`, marginLeft: `${-pad + 1 * unit}mm` }}
        viewBox={`${-pad} ${-size * 1.3} ${mm + 2 * pad + 4 * unit} ${high + size * 1.5}`}
        fontSize={size}
      >
        {Array.from({ length: parts }, (_, i) => (
          <rect key={i} x={i * part} y={0} width={part} height={high} className={i % 2 ? "bar-white" : "bar-black"} strokeWidth={0.15 * unit} />
        ))}
        {marks.map((m) => (
          <text key={m} x={m * part} y={-size * 0.35} textAnchor="middle">
            {((metres / parts) * m) / divisor}
          </text>
        ))}
        <text x={mm + size * 0.7} y={high} textAnchor="start">
          {word}
        </text>
      </svg>
    </div>
  );
}
