import type { View } from "../address";
import { graticule } from "./graticule";
import type { Layout } from "./paper";

/** The frame around the map, with degrees of longitude and latitude at its edges. */
export function Frame({ layout: { map, band, unit }, view }: { layout: Layout; view: View }) {
  const { meridians, parallels } = graticule(map, view, 38 * unit);
  const [w, h] = [map.width, map.height];
  const size = 2.3 * unit;
  const inside = (at: number, length: number) => at > 9 * unit && at < length - 9 * unit; // labels keep clear of the corners
  return (
    <svg
      className="paper-frame"
      aria-hidden="true"
      style={{ left: `${map.x - band}mm`, top: `${map.y - band}mm`, width: `${w + 2 * band}mm`, height: `${h + 2 * band}mm` }}
      viewBox={`${-band} ${-band} ${w + 2 * band} ${h + 2 * band}`}
      fontSize={size}
    >
      <rect x={-band + 0.3} y={-band + 0.3} width={w + 2 * band - 0.6} height={h + 2 * band - 0.6} strokeWidth={0.6} />
      <rect x={0} y={0} width={w} height={h} strokeWidth={0.2} />
      {meridians.map(({ at, text }) => (
        <g key={text}>
          <path d={`M${at} 0v${-band * 0.25}M${at} ${h}v${band * 0.25}`} strokeWidth={0.2} />
          {inside(at, w) && (
            <>
              <text x={at} y={-band * 0.36}>{text}</text>
              <text x={at} y={h + band * 0.36 + size * 0.72}>{text}</text>
            </>
          )}
        </g>
      ))}
      {parallels.map(({ at, text }) => (
        <g key={text}>
          <path d={`M0 ${at}h${-band * 0.25}M${w} ${at}h${band * 0.25}`} strokeWidth={0.2} />
          {inside(at, h) && (
            <>
              <text transform={`translate(${-band * 0.36} ${at}) rotate(-90)`}>{text}</text>
              <text transform={`translate(${w + band * 0.36 + size * 0.72} ${at}) rotate(-90)`}>{text}</text>
            </>
          )}
        </g>
      ))}
    </svg>
  );
}
