import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ask } from "../api/client";
import { timeOf } from "../cases/clock";
import type { CaseEvent } from "../cases/events";
import { caseKey, useCases, useCaseWords } from "../cases/queries";
import { happenings, publicOf, shownAtMost } from "./happenings";

/** The last ten things that happened: when, what, which class, which community. */
export function Events({ events }: { events: CaseEvent[] }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const reported = useCases({ limit: shownAtMost });
  const words = useCaseWords().data;
  const list = happenings(events, reported.cases);
  const cases = useQueries({
    queries: list.map((h) => ({
      queryKey: [...caseKey(h.id), "", lang],
      queryFn: () => ask(api.GET("/api/v1/incidents/{id}", { params: { path: { id: h.id } } })),
      initialData: () => reported.cases.find((c) => c.id === h.id),
      staleTime: 5000,
      retry: false,
    })),
  });
  const wordOf = (what: string) => words?.actions.find((a) => a.code === what)?.word ?? t(`what_${what}`);
  return (
    <section className="wall-events" aria-label={t("wallEvents")}>
      <h2>{t("wallEvents")}</h2>
      {list.length === 0 && <p className="wall-none">{t("wallNoEvents")}</p>}
      <ol>
        {list.map((h, i) => {
          const c = cases[i]?.data;
          const told = c && publicOf(c);
          return (
            <li key={h.key} className={/overdue/.test(h.what) ? "late" : undefined}>
              <time>{timeOf(h.at)}</time>
              <strong>{wordOf(h.what)}</strong>
              <span>{told?.what || t("wallUnclassed")}</span>
              <small>{told?.where || t("wallPlaceless")}</small>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
