import { useTranslation } from "react-i18next";

import type { Period, Then } from "../api/client";
import { dayFor } from "../time";
import { Told, When } from "./Told";

/** Whom a place has belonged to, newest first. */
export function PlaceHistory({ history, periods, onAt }: { history: Then[]; periods: Period[]; onAt: (at: string | null) => void }) {
  const { t } = useTranslation();
  if (history.length < 2) return null;
  return (
    <section className="history" data-testid="history">
      <h2>{t("placeHistory")}</h2>
      <ol>
        {[...history].reverse().map((h) => {
          const chain = [h.subdistrict, h.community, h.grid].filter((u) => u !== null);
          return (
            <li key={h.valid_from} className={h.asked ? "here" : ""}>
              <button type="button" aria-current={h.asked ? "date" : undefined} onClick={() => onAt(dayFor(periods, h.valid_from))}>
                <When from={h.valid_from} to={h.valid_to} here={h.asked} />
                <span className="history-what">{chain.length > 0 ? chain.map((u) => u.name).join(" · ") : (h.district?.name ?? t("nobodys"))}</span>
              </button>
              <Told changes={h.changes} />
            </li>
          );
        })}
      </ol>
    </section>
  );
}
