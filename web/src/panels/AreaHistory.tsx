import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { AreaKey } from "../address";
import { api, type Area, ask, type Period } from "../api/client";
import { day } from "../format";
import { dayBefore, dayFor } from "../time";
import { holds, otherSide, turnsOf } from "./lives";
import { Told, When } from "./Told";

interface AreaHistoryProps {
  areaKey: AreaKey;
  generation: number | undefined;
  periods: Period[];
  /** The day that is shown. */
  shown: string;
  onAt: (at: string | null) => void;
  onArea: (key: AreaKey, at: string | null) => void;
}

/** The life of an area: what it was called and where it belonged, what it came from and became. */
export function AreaHistory({ areaKey, generation, periods, shown, onAt, onArea }: AreaHistoryProps) {
  const { t, i18n } = useTranslation();
  const path = { district: areaKey.district, level: areaKey.level as Area["level"], code: areaKey.code };
  const life = useQuery({
    queryKey: ["history", areaKey, generation, i18n.language],
    queryFn: () => ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}/history", { params: { path } })),
    enabled: periods.length > 1,
    retry: false,
  });
  const { stays = [], links = [] } = life.data ?? {};
  if (stays.length < 2 && links.length === 0 && !stays.some((s) => s.valid_to)) return null;
  const turns = turnsOf(stays, links);
  return (
    <section className="history" data-testid="area-history">
      <h3>{t("areaHistory")}</h3>
      <ol>
        {turns.map(({ on, stay, ended, links }) => {
          const here = stay !== undefined && holds(stay, shown);
          const changes = links.map((l) => {
            const other = otherSide(l, stays);
            const at = other && dayFor(periods, other.later ? on : dayBefore(on));
            return {
              text: l.text,
              confirmed: l.confirmed,
              action: other && (
                <button type="button" className="link" onClick={() => onArea({ ...areaKey, level: l.level, code: other.code }, at)}>
                  {t(other.later ? "seeLater" : "seeEarlier", { name: other.name })}
                </button>
              ),
            };
          });
          return (
            <li key={on} className={here ? "here" : ended ? "ended" : ""}>
              {stay ? (
                <button type="button" aria-current={here ? "date" : undefined} onClick={() => onAt(dayFor(periods, stay.valid_from))}>
                  <When from={stay.valid_from} to={stay.valid_to} here={here} />
                  <span className="history-what">
                    {stay.name}
                    {stay.parent_name && ` · ${stay.parent_name}`}
                    {stay.name !== stay.code && <code>{stay.code}</code>}
                  </span>
                </button>
              ) : (
                <p className="history-when">{ended ? t("endedOn", { date: day(on, i18n.language) }) : day(on, i18n.language)}</p>
              )}
              <Told changes={changes} />
            </li>
          );
        })}
      </ol>
    </section>
  );
}
