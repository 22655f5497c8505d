import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { AreaKey } from "../address";
import { api, type Area, ask } from "../api/client";
import { ground } from "../format";

interface AreaCardProps {
  area: Area | undefined;
  areaKey: AreaKey;
  missing: boolean;
  below: boolean; // shown below an answer
  onArea: (key: AreaKey) => void;
}

const finer: Record<string, string> = { district: "subdistrict", subdistrict: "community", community: "grid" };
const listed = 60;

/** One area: what it is, how large, what lies above, below and around. */
export function AreaCard({ area, areaKey, missing, below, onArea }: AreaCardProps) {
  const { t, i18n } = useTranslation();
  const path = { district: areaKey.district, level: areaKey.level as Area["level"], code: areaKey.code };
  const neighbours = useQuery({
    queryKey: ["neighbours", areaKey, area?.generation],
    queryFn: () => ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}/neighbours", { params: { path } })),
    enabled: area !== undefined && areaKey.level !== "district",
    retry: false,
  });
  const children = useQuery({
    queryKey: ["children", areaKey, area?.generation],
    queryFn: () => ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}/children", { params: { path } })),
    enabled: (area?.children ?? 0) > 0,
    retry: false,
  });
  if (missing) return <p className="wrong" role="alert">{t("notFound", { code: areaKey.code })}</p>;
  if (area?.code !== areaKey.code || area.level !== areaKey.level) {
    return (
      <section className="area" aria-busy="true">
        <div className="bone" />
        <div className="bone short" />
      </section>
    );
  }
  const level = t(`level_${area.level}` as "level_grid");
  const Title = below ? "h2" : "h1";
  const below2 = children.data?.areas ?? [];
  return (
    <section className={below ? "area below" : "area"} data-testid="area">
      <p className="eyebrow">{level}</p>
      <Title>{area.name}</Title>
      <dl>
        {area.name !== area.code && (
          <>
            <dt>{t("code")}</dt>
            <dd>
              <code>{area.code}</code>
            </dd>
          </>
        )}
        <dt>{t("ground")}</dt>
        <dd>{ground(area.area_m2, i18n.language)}</dd>
        {area.parent && (
          <>
            <dt>{t("parent")}</dt>
            <dd>
              <button
                type="button"
                className="link"
                onClick={() => area.parent && onArea({ district: area.district, level: area.parent.level, code: area.parent.code })}
              >
                {area.parent.name}
              </button>
            </dd>
          </>
        )}
      </dl>
      {below2.length > 0 && (
        <>
          <h3>
            {t("children")}
            <small>{t("childrenCount", { n: area.children, level: t(`level_${below2[0]?.level ?? finer[area.level]}` as "level_grid") })}</small>
          </h3>
          <Chips areas={below2.slice(0, listed)} onArea={onArea} />
        </>
      )}
      {area.level !== "district" && neighbours.data && (
        <>
          <h3>{t("neighbours")}</h3>
          {neighbours.data.areas.length > 0 ? <Chips areas={neighbours.data.areas} onArea={onArea} /> : <p className="none">{t("noNeighbours", { level })}</p>}
        </>
      )}
    </section>
  );
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
