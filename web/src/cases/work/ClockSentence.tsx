import { useTranslation } from "react-i18next";

import { clock as dated } from "../../format";
import { long } from "../clock";
import { type Case, useCaseClocks } from "../queries";

/** The clock of a case in one sentence: from when, how long, how much of it is left, and what does not count. */
export function ClockSentence({ c }: { c: Case }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const clocks = useCaseClocks(c.id);
  const now = clocks.data?.clocks.find((k) => k.phase === c.clock?.phase && !k.ended);
  if (!now) return null;
  const left = now.due ? Date.parse(now.due) - Date.parse(clocks.data?.now ?? "") : 0;
  const parts = [t("clockFrom", { word: now.word, limits: now.limits.join(" "), start: dated(now.start, lang) })];
  if (now.state === "paused") parts.push(t("clockStands"));
  else if (now.due && left <= 0) parts.push(t("clockWasDue", { due: dated(now.due, lang) }));
  else if (now.due) parts.push(t(now.working ? "clockLeftWorking" : "clockLeftAll", { left: long(now.remaining_s * 1000, lang), due: dated(now.due, lang) }));
  if (now.uncertain && now.uncertain.length > 0) parts.push(t("clockUncertain"));
  return <p className="clock-sentence">{parts.join(lang === "en" ? "; " : "，") + (lang === "en" ? "." : "。")}</p>;
}
