import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ask } from "../../api/client";
import { clock, distance } from "../../format";
import type { Draft, Place } from "./draft";

/** Says what was reported near here already, before somebody reports it again; they may all the same. */
export function Nearby({ place, of }: { place: Place | null; of: Draft["class"] }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const found = useQuery({
    queryKey: ["similar", place?.lon, place?.lat, of?.kind, of?.code, lang],
    queryFn: async () => {
      if (!place || !of) return [];
      return (await ask(api.GET("/api/v1/incidents/similar", { params: { query: { ...place, kind: of.kind, category: of.code } } }))).incidents;
    },
    enabled: place !== null && of !== null,
    retry: false,
  });
  const first = found.data?.[0];
  if (!first) return null;
  return (
    <section className="nearby" aria-label={t("nearby")}>
      <h3>{t("nearbyCount", { n: found.data?.length })}</h3>
      <ul>
        {found.data?.slice(0, 3).map((s, i) => (
          <li key={i}>
            {s.photo && <img src={s.photo} alt={t("nearbyPhoto")} />}
            <span>
              {t("nearbyOne", { distance: distance(s.metres, lang), when: clock(s.reported_at, lang) })}
              {s.state_word && <> · {s.state_word}</>}
            </span>
          </li>
        ))}
      </ul>
      <p className="phone-hint">{t("nearbyHint")}</p>
    </section>
  );
}
