import { Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Case, useCases, useSimilar } from "../../cases/queries";
import { SimilarList } from "../panel/SimilarList";
import { whatOf } from "../queue/CaseRow";

interface ParentPickerProps {
  of: Case | undefined;
  /** Cases that cannot be the one that the others follow. */
  except: string[];
  district: string | undefined;
  parent: string;
  onChange: (id: string) => void;
}

/** The case that another one is to follow: one that is near and alike, or found by its number or words. */
export function ParentPicker({ of, except, district, parent, onChange }: ParentPickerProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const similar = useSimilar(of);
  const q = text.trim();
  const found = useCases({ queue: "open", text: q, district, limit: 8 }, q.length > 1);
  const listed = q.length > 1 ? found.cases.filter((c) => c.id !== of?.id && !except.includes(c.id)) : [];
  return (
    <div className="parent-picker">
      {of && <SimilarList list={similar.data ?? []} chosen={parent} onChoose={onChange} />}
      <Input type="search" allowClear value={text} aria-label={t("parentSearch")} placeholder={t("parentSearch")} onChange={(e) => setText(e.target.value)} />
      {listed.length > 0 && (
        <ul className="place-found" aria-label={t("parentFound")}>
          {listed.map((c) => (
            <li key={c.id}>
              <button type="button" aria-pressed={c.id === parent} onClick={() => onChange(c.id)}>
                <strong>{whatOf(c)}</strong>
                <span>
                  {c.number} · {c.state_word}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {q.length > 1 && !found.isFetching && listed.length === 0 && <p className="soft">{t("nothingFits")}</p>}
    </div>
  );
}
