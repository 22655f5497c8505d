import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { findClasses } from "../classes";
import type { Draft } from "./draft";

/** A guess at the class, by a word. Nobody has to make one: the desk finds the class. */
export function ClassPick({ district, chosen, onChoose }: { district: string | undefined; chosen: Draft["class"]; onChoose: (c: Draft["class"]) => void }) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const [text, setText] = useState("");
  const word = useDeferredValue(text.trim());
  const found = useQuery({ queryKey: ["classes", district, word, i18n.language], queryFn: () => findClasses(district, word), enabled: word !== "" && chosen === null, retry: false, staleTime: 60_000 });
  if (chosen) {
    return (
      <p className="class-chosen">
        <span>{t("classChosen")}</span>
        <b>{chosen.name}</b>
        <button type="button" className="phone-button" onClick={() => onChoose(null)}>
          {t("classChange")}
        </button>
      </p>
    );
  }
  const rows = word === "" ? [] : (found.data ?? []);
  return (
    <>
      <div className="phone-chips" role="group" aria-label={t("classFrequent")}>
        {t("classWords").split(" ").map((w) => (
          <button key={w} type="button" className="phone-chip" aria-pressed={text === w} onClick={() => setText(text === w ? "" : w)}>
            {w}
          </button>
        ))}
      </div>
      <div className="phone-field">
        <label htmlFor={id}>{t("classWord")}</label>
        <input id={id} value={text} maxLength={40} autoComplete="off" onChange={(e) => setText(e.target.value)} />
      </div>
      {rows.length > 0 && (
        <ul className="where-found" aria-label={t("classFound")}>
          {rows.slice(0, 6).map((c) => (
            <li key={`${c.kind} ${c.code}`}>
              <button type="button" onClick={() => onChoose({ kind: c.kind, code: c.code, name: c.name })}>
                <b>{c.name}</b>
                <small>{c.major}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
      {found.isError && <p className="phone-hint">{t("classAbsent")}</p>}
      {word !== "" && found.isSuccess && rows.length === 0 && <p className="phone-hint">{t("classNone")}</p>}
    </>
  );
}
