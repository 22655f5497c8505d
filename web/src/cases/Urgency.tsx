import "./cases.css";

import { useTranslation } from "react-i18next";

import type { Urgency as State } from "./clock";

/** The shapes differ as much as the colours do: ring, half, full with a mark, bars, tick. */
const shapes: Record<State, React.ReactNode> = {
  normal: <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="2" />,
  due_soon: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
    </>
  ),
  overdue: (
    <>
      <circle cx="8" cy="8" r="6.5" fill="currentColor" />
      <path className="case-urgency-in" d="M8 4.2v4.6M8 11v1" strokeWidth="2" strokeLinecap="round" />
    </>
  ),
  paused: <path d="M5 3.5v9M11 3.5v9" stroke="currentColor" strokeWidth="3" strokeLinecap="round" />,
  none: <path d="M4 8h8" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />,
  done: <path d="M3 8.5l3.5 3.5L13 5" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" strokeLinejoin="round" />,
};

/** How urgent a case is: shape, colour and a word (or the time that remains). Without words the shape is named for those who listen. */
export function Urgency({ state, words, silent }: { state: State; words?: React.ReactNode; silent?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={`case-urgency ${state}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" role={silent ? undefined : "img"} aria-hidden={silent} aria-label={silent ? undefined : t(`caseUrgency_${state}`)}>
        {shapes[state]}
      </svg>
      {words !== undefined && <span className="case-urgency-words">{words}</span>}
    </span>
  );
}
