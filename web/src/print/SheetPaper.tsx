import type { CSSProperties, ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { View } from "../address";
import type { Area, District } from "../api/client";
import { day } from "../format";
import type { Level } from "../map/levels";
import { AreaTable } from "./AreaTable";
import { Frame } from "./Frame";
import { Legend } from "./Legend";
import type { Box, Layout } from "./paper";
import { boundsOn, placeOn, scaleOf } from "./scale";
import { ScaleBar } from "./ScaleBar";

interface SheetPaperProps {
  layout: Layout;
  beside: boolean; // the legend lies beside the map, not below
  view: View;
  title: string;
  note: string;
  levels: Level[];
  /** The selected area, for its table. */
  area: Area | undefined;
  marked: "now" | "ended" | null;
  point: { lon: number; lat: number } | null;
  districts: District[];
  review: string | undefined;
  today: string;
  /** The map itself. */
  children: ReactNode;
}

/** The sheet of paper: what lies around the map on it tells what the map is. */
export function SheetPaper({ layout, view, children, ...p }: SheetPaperProps) {
  const { t, i18n } = useTranslation();
  const { paper, unit, map } = layout;
  const [w, s, e, n] = boundsOn(map, view);
  const inSight = p.districts.filter(({ bbox: [bw = 0, bs = 0, be = 0, bn = 0] }) => bw < e && be > w && bs < n && bn > s);
  const synthetic = inSight.some((d) => d.synthetic) || p.area?.synthetic;
  const scale = scaleOf(view.zoom, view.lat);
  const pin = p.point && placeOn(map, view, p.point.lon, p.point.lat);
  const pinned = pin !== null && pin.x >= 0 && pin.x <= map.width && pin.y >= 0 && pin.y <= map.height;
  const note = p.note && (
    <section className="paper-note">
      <h2>{t("print_note")}</h2>
      <p data-testid="sheet-note">{p.note}</p>
    </section>
  );
  return (
    <article
      className={p.beside ? "paper" : "paper upright"}
      aria-label={t("print_sheet")}
      data-testid="sheet"
      style={{ width: `${paper.width}mm`, height: `${paper.height}mm`, "--u": `${unit}mm` } as CSSProperties}
    >
      <header style={place(layout.title)}>
        <h2 data-testid="sheet-title">{p.title}</h2>
      </header>
      {children}
      <div className="paper-over" style={place(map)}>
        {pinned && (
          <svg style={{ left: `${pin.x - 3}mm`, top: `${pin.y - 3}mm`, width: "6mm", height: "6mm" }} viewBox="-3 -3 6 6" aria-hidden="true" data-testid="sheet-pin">
            <circle className="paper-pin" r={1.6} strokeWidth={0.9} />
          </svg>
        )}
        {synthetic && <span className="paper-synthetic">{t("synthetic")}</span>}
        <svg className="paper-north" viewBox="0 0 10 15" role="img" aria-label={t("print_north")}>
          <text x={5} y={3.4} textAnchor="middle" fontSize={3.6}>
            {t("print_north")}
          </text>
          <path d="M5 4.4 8 14.500 5 12.300z" className="bar-black" />
          <path d="M5 4.4 2 14.500 5 12.300z" className="bar-white" strokeWidth={0.3} strokeLinejoin="round" />
        </svg>
      </div>
      <Frame layout={layout} view={view} />
      <aside style={place(layout.side)}>
        <Legend levels={p.levels} zoom={view.zoom} unit={unit} selected={p.marked} point={pinned} />
        <div className="paper-middle">
          {p.area && <AreaTable area={p.area} />}
          {p.beside && note}
        </div>
        <div className="paper-last">
          <ScaleBar scale={scale} unit={unit} most={42 * unit} />
          <section className="paper-source" data-testid="source">
            <h2>{t("print_source")}</h2>
            {inSight.slice(0, 2).map((d) => (
              <p key={d.code}>{t(inSight.length > 1 ? "print_editionOf" : "print_edition", { district: d.name, name: d.edition, date: day(d.valid_from, i18n.language) })}</p>
            ))}
            {inSight.length > 2 && <p>{t("print_more", { n: inSight.length })}</p>}
            <p>{t("print_by")}</p>
            <p>{t("print_system")}</p>
            {synthetic && <p>{t("print_synthetic")}</p>}
          </section>
          {!p.beside && note}
        </div>
      </aside>
      <footer style={place(layout.foot)}>
        <span data-testid="review">{t("print_review", { number: p.review || "________________" })}</span>
        <span data-today>{t("print_date", { date: day(p.today, i18n.language) })}</span>
      </footer>
    </article>
  );
}

function place(box: Box): CSSProperties {
  return { left: `${box.x}mm`, top: `${box.y}mm`, width: `${box.width}mm`, height: `${box.height}mm` };
}
