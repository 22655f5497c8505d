import { useTranslation } from "react-i18next";

import type { Similar } from "../../cases/queries";
import { clock as when, distance } from "../../format";
import { Photo } from "./Photos";

/** Cases that may be about the same matter, with a picture, how far and since when. */
export function SimilarList({ list, chosen, onChoose }: { list: Similar[]; chosen: string; onChoose: (id: string) => void }) {
  const { t, i18n } = useTranslation();
  const seen = list.filter((s) => s.state !== ""); // what the reader may not see cannot be chosen
  if (seen.length === 0) return null;
  return (
    <ul className="similar" aria-label={t("similar")}>
      {seen.map((s) => (
        <li key={s.id}>
          <button type="button" aria-pressed={s.id === chosen} onClick={() => onChoose(s.id)}>
            {s.photo && <Photo src={s.photo} alt={t("photoOf")} />}
            <span>
              <strong>{distance(s.metres, i18n.language)}</strong>
              {s.state_word} · {when(s.reported_at, i18n.language)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
