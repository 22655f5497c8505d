import { useTranslation } from "react-i18next";

import type { Area } from "../api/client";
import { day, ground } from "../format";

const finer = { district: "subdistrict", subdistrict: "community", community: "grid" } as const;

/** The selected area in figures. */
export function AreaTable({ area }: { area: Area }) {
  const { t, i18n } = useTranslation();
  const below = area.level in finer ? finer[area.level as keyof typeof finer] : null;
  const rows: [string, string][] = [[t("print_name"), area.name]];
  if (area.name !== area.code) rows.push([t("code"), area.code]);
  rows.push([t("print_kind"), t(`level_${area.level}`)]);
  if (area.parent) rows.push([t("parent"), area.parent.name]);
  rows.push([t("ground"), ground(area.area_m2, i18n.language)]);
  if (below && area.children > 0) rows.push([t("children"), t("childrenCount", { n: area.children, level: t(`level_${below}`) })]);
  if (area.valid_to) rows.push([t("ended"), day(area.valid_to, i18n.language)]);
  return (
    <section className="paper-area" data-testid="area-table">
      <h2>{t("print_area")}</h2>
      <table>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
