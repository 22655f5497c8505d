import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AreaKey } from "../address";
import { ground, measured } from "../format";
import type { Summary, NamedArea } from "./summary";

/** The figures of a drawn polygon. Each opens the list of its areas, each area its card. */
export function SummaryList({ summary, onArea }: { summary: Summary; onArea: (key: AreaKey) => void }) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const lang = i18n.language;
  return (
    <>
      <p className="tools-shape">{t("draw_shape", { ground: ground(summary.area_m2, lang), perimeter: measured(summary.perimeter_m, lang) })}</p>
      <table className="tools-table" data-testid="summary">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t("draw_title")}</span>
            </th>
            <th scope="col">{t("draw_whole")}</th>
            <th scope="col">{t("draw_partly")}</th>
          </tr>
        </thead>
        <tbody>
          {summary.levels.map((l) => (
            <tr key={l.level}>
              <th scope="row">
                <span className={`swatch ${l.level}`} aria-hidden="true" />
                {t(`level_${l.level}`)}
              </th>
              {(["whole", "partly"] as const).map((kind) => {
                const key = `${l.level}-${kind}`;
                const name = `${t(`level_${l.level}`)}, ${t(`draw_${kind}`)}: ${l[kind]}`;
                return (
                  <td key={kind}>
                    {l[kind] > 0 ? (
                      <button type="button" data-testid={key} aria-expanded={open === key} aria-controls="tools-areas" aria-label={name} onClick={() => setOpen(open === key ? null : key)}>
                        {l[kind].toLocaleString(lang)}
                      </button>
                    ) : (
                      <span data-testid={key}>0</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <div id="tools-areas">
        {summary.levels.map((l) =>
          open === `${l.level}-whole` ? (
            <Areas key={l.level} areas={l.areas} of={l.whole} onArea={onArea} />
          ) : open === `${l.level}-partly` ? (
            <Areas key={l.level} areas={l.partial} of={l.partly} onArea={onArea} />
          ) : null,
        )}
      </div>
    </>
  );
}

/** The areas behind one figure. */
function Areas({ areas, of, onArea }: { areas: NamedArea[]; of: number; onArea: (key: AreaKey) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <ul className="tools-areas">
        {areas.map(({ district, level, code, name }) => (
          <li key={`${district}/${code}`}>
            <button type="button" className="row" onClick={() => onArea({ district, level, code })}>
              {name}
              {name !== code && <code>{code}</code>}
            </button>
          </li>
        ))}
      </ul>
      {of > areas.length && <p className="tools-hint">{t("draw_more", { n: areas.length })}</p>}
    </>
  );
}
