import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import type { AreaKey } from "../address";
import { api, type Area, ask, type Period } from "../api/client";
import { day, ground } from "../format";
import { atOf } from "../moment";
import { dayFor } from "../time";
import { AreaHistory } from "./AreaHistory";
import { Synthetic } from "./Synthetic";

interface AreaCardProps {
  area: Area | undefined;
  areaKey: AreaKey;
  missing: boolean;
  below: boolean; // shown below an answer
  /** What is asked for: "" for the boundaries in force. */
  moment: string;
  /** The day that is shown. */
  shown: string;
  past: boolean;
  periods: Period[];
  onArea: (key: AreaKey, at?: string | null) => void;
  onAt: (at: string | null) => void;
}

const finer: Record<string, string> = { district: "subdistrict", subdistrict: "community", community: "grid" };
const listed = 60;

/** One area: what it is, how large, what lies above, below and around, and its life. */
export function AreaCard({ area, areaKey, missing, below, moment, shown, past, periods, onArea, onAt }: AreaCardProps) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  // An area that has ended stands as it last stood, with what was around it then.
  const at = area?.note?.kind === "ended" ? area.valid_from : moment;
  const path = { district: areaKey.district, level: (area?.level ?? areaKey.level) as Area["level"], code: area?.code ?? areaKey.code };
  const around = [path.district, path.level, path.code, at, area?.generation];
  const neighbours = useQuery({
    queryKey: ["neighbours", ...around],
    queryFn: () => ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}/neighbours", { params: { path, query: atOf(at) } })),
    enabled: area !== undefined && areaKey.level !== "district",
    retry: false,
  });
  const ancestors = useQuery({
    queryKey: ["ancestors", ...around],
    queryFn: () => ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}/ancestors", { params: { path, query: atOf(at) } })),
    enabled: Boolean(area?.parent),
    retry: false,
  });
  const children = useQuery({
    queryKey: ["children", ...around],
    queryFn: () => ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}/children", { params: { path, query: atOf(at) } })),
    enabled: (area?.children ?? 0) > 0,
    retry: false,
  });
  const life = <AreaHistory areaKey={area ? { ...areaKey, code: area.code } : areaKey} generation={area?.generation} periods={periods} shown={shown} onAt={onAt} onArea={onArea} />;
  if (missing) {
    return (
      <section className={below ? "area below" : "area"} data-testid="area">
        <p className="wrong" role="alert">
          {past ? t("notThen", { code: areaKey.code, date: day(shown, lang) }) : t("notFound", { code: areaKey.code })}
        </p>
        {life}
      </section>
    );
  }
  if (!area) {
    return (
      <section className="area" aria-busy="true">
        <div className="bone" />
        <div className="bone short" />
      </section>
    );
  }
  const above = [...(ancestors.data?.areas ?? [])].reverse();
  const address = `/api/v1/districts/${encodeURIComponent(area.district)}/areas/${area.level}/${encodeURIComponent(area.code)}`;
  const when = at && `&at=${at}`;
  const level = t(`level_${area.level}` as "level_grid");
  const Title = below ? "h2" : "h1";
  const below2 = children.data?.areas ?? [];
  const inside = dayFor(periods, area.valid_from);
  // What lies around an area that has ended is opened where it was.
  const open = (key: AreaKey) => (area.valid_to ? onArea(key, inside) : onArea(key));
  return (
    <section className={below ? "area below" : "area"} data-testid="area">
      <p className="eyebrow">{level}</p>
      <Title>{area.name}</Title>
      {above.length > 0 && (
        <nav className="above" aria-label={t("parent")}>
          {above.map((a) => (
            <button key={a.level} type="button" className="link" onClick={() => open({ district: a.district, level: a.level, code: a.code })}>
              {a.name}
            </button>
          ))}
        </nav>
      )}
      {area.note && (
        <div className="note" role="status" data-testid="note">
          <p>{area.note.text}</p>
          {area.note.successors.length > 0 && (
            <>
              <p className="note-next">{t("successors")}</p>
              <ul className="chips">
                {area.note.successors.map((s) => (
                  <li key={`${s.level}/${s.code}`}>
                    <button type="button" title={s.code} onClick={() => onArea({ district: area.district, level: s.level, code: s.code }, null)}>
                      {s.name}
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
          {area.valid_to && (
            <button type="button" className="link" onClick={() => onAt(inside)}>
              {t("seeThen")}
            </button>
          )}
        </div>
      )}
      <dl>
        {area.name !== area.code && (
          <>
            <dt>{t("code")}</dt>
            <dd>
              <code>{area.code}</code>
            </dd>
          </>
        )}
        {area.valid_to && (
          <>
            <dt>{t("ended")}</dt>
            <dd>{day(area.valid_to, lang)}</dd>
          </>
        )}
        <dt>{t("ground")}</dt>
        <dd>{ground(area.area_m2, lang)}</dd>
        {area.source && (
          <>
            <dt>{t("provenance")}</dt>
            <dd>{sourceOf(area.source, t)}</dd>
          </>
        )}
        <dt>{t("links")}</dt>
        <dd className="links">
          <a className="link" href={`${address}?f=html${when}`}>{t("linkPage")}</a>
          <a className="link" href={`${address}?f=json${when}`}>{t("linkData")}</a>
          <a className="link" href={`${address}/geometry${when && `?${when.slice(1)}`}`}>{t("linkShape")}</a>
        </dd>
      </dl>
      {below2.length > 0 && (
        <>
          <h3>
            {t("children")}
            <small>{t("childrenCount", { n: area.children, level: t(`level_${below2[0]?.level ?? finer[area.level]}` as "level_grid") })}</small>
          </h3>
          <Chips areas={below2.slice(0, listed)} onArea={open} />
        </>
      )}
      {area.level !== "district" && neighbours.data && (
        <>
          <h3>{t("neighbours")}</h3>
          {neighbours.data.areas.length > 0 ? <Chips areas={neighbours.data.areas} onArea={open} /> : <p className="none">{t("noNeighbours", { level })}</p>}
        </>
      )}
      {life}
      <p className="edition">
        {area.synthetic && <Synthetic />}
        {t("edition", { name: area.edition, date: day(area.valid_from, lang) })}
      </p>
    </section>
  );
}

/** Names the file and the feature in it. */
function sourceOf(source: string, t: TFunction): string {
  const [, file, n] = /^(.*)#(\d+)$/.exec(source) ?? [];
  return file && n ? t("provenanceFile", { file, n }) : source;
}

function Chips({ areas, onArea }: { areas: Area[]; onArea: (key: AreaKey) => void }) {
  return (
    <ul className="chips">
      {areas.map((a) => (
        <li key={a.code}>
          <button type="button" title={a.code} onClick={() => onArea({ district: a.district, level: a.level, code: a.code })}>
            {a.name}
          </button>
        </li>
      ))}
    </ul>
  );
}
