import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { day } from "../format";
import { dayBefore, todayIn } from "../time";

/** A time from a day until before another, and whether it is the one shown. */
export function When({ from, to, here }: { from: string; to: string | undefined; here: boolean | undefined }) {
  const { t, i18n } = useTranslation();
  const start = day(from, i18n.language);
  const text = to ? t("fromTo", { from: start, to: day(dayBefore(to), i18n.language) }) : t(from > todayIn(new Date()) ? "fromThen" : "since", { from: start });
  return (
    <span className="history-when">
      {text}
      {here && <em>{t("shownNow")}</em>}
    </span>
  );
}

interface Change {
  text: string;
  confirmed: boolean;
  /** A way to the area at the other end. */
  action?: ReactNode;
}

/** What led to a time, in sentences; those that nobody confirmed say so. */
export function Told({ changes }: { changes: Change[] }) {
  const { t } = useTranslation();
  if (changes.length === 0) return null;
  const none = changes.every((c) => !c.confirmed);
  return (
    <>
      <ul className="told">
        {changes.map((c) => (
          <li key={c.text}>
            {c.text}
            {c.action}
            {!none && !c.confirmed && <Unsure />}
          </li>
        ))}
      </ul>
      {none && <Unsure>{changes.length > 1 ? t("unconfirmedAll") : t("unconfirmed")}</Unsure>}
    </>
  );
}

function Unsure({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return <small className="unsure">{children ?? t("unconfirmed")}</small>;
}
