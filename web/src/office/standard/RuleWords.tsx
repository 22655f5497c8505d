import { Input } from "antd";
import { useTranslation } from "react-i18next";

import { Field } from "../Field";

/** Words of the district's own for states, actions and reasons. */
export function RuleWords({ usual, words, locked, onChange }: { usual: Record<string, string>; words: Record<string, string>; locked: boolean; onChange: (words: Record<string, string>) => void }) {
  const { t } = useTranslation();
  const keys = Object.keys(usual).sort();
  const set = (key: string, word: string) => {
    const others = Object.entries(words).filter(([k]) => k !== key);
    onChange(Object.fromEntries<string>(word.trim() ? [...others, [key, word]] : others));
  };
  const labelOf = (key: string) => {
    const [, action = ""] = key.split(".");
    return key.startsWith("reason.") ? `${usual[`action.${action}`] ?? action}：${usual[key]}` : usual[key];
  };
  return (
    <section>
      <h2>{t("rule_words")}</h2>
      <p className="soft">{t("rule_wordsHint")}</p>
      {["state", "action", "reason"].map((group) => (
        <details key={group}>
          <summary>{t(`rule_words_${group}`)}</summary>
          <div className="std-fields">
            {keys
              .filter((k) => k.startsWith(`${group}.`))
              .map((k) => (
                <Field key={k} label={labelOf(k) ?? k}>
                  {(id) => <Input id={id} disabled={locked} maxLength={20} placeholder={usual[k]} value={words[k] ?? ""} onChange={(e) => set(k, e.target.value)} />}
                </Field>
              ))}
          </div>
        </details>
      ))}
    </section>
  );
}
