import { useTranslation } from "react-i18next";

import type { Case } from "../../cases/queries";

/** What holds beside the state of a case, each as a word. */
export function Marks({ of: c }: { of: Case }) {
  const { t } = useTranslation();
  const m = c.marks;
  const marks: [string, boolean, string?][] = [
    [t("mark_disputed"), m.disputed, "hot"],
    [t("mark_supervised", { level: m.supervised }), m.supervised > 0, "hot"],
    [t("mark_unlocated"), !c.position && c.open, "warm"],
    [t("mark_asked"), Boolean(m.asked_until), "warm"],
    [t("mark_returns", { n: m.returns }), m.returns > 0],
    [t("mark_reworks", { n: m.reworks }), m.reworks > 0],
    [t("mark_reopened", { n: m.reopened }), m.reopened > 0],
    [t("mark_extensions", { n: m.extensions }), m.extensions > 0],
    [t("mark_deferred"), m.deferred],
    [t("mark_forced"), m.forced],
    [t("mark_outside"), c.outside],
    [t("mark_merged"), Boolean(m.parent)],
  ];
  const shown = marks.filter(([, holds]) => holds);
  if (shown.length === 0) return null;
  return (
    <span className="case-marks">
      {shown.map(([word, , kind]) => (
        <span key={word} className={kind ? `case-mark ${kind}` : "case-mark"}>
          {word}
        </span>
      ))}
    </span>
  );
}
