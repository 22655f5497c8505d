import { useTranslation } from "react-i18next";

import { type Step, steps } from "./address";

interface StepTabsProps {
  step: Step;
  onStep: (s: Step) => void;
  errors: number;
  warnings: number;
  /** A draft is on the desk: its way leads through all steps. */
  editable: boolean;
  done: boolean;
}

/** The way from a file to an edition in force. */
export function StepTabs({ step, onStep, errors, warnings, editable, done }: StepTabsProps) {
  const { t } = useTranslation();
  return (
    <nav className="steps" aria-label={t("steps")}>
      {steps.map((s) => (
        <button key={s} type="button" aria-current={s === step ? "step" : undefined} onClick={() => onStep(s)}>
          {t(s === "activate" && done ? "step_active" : s === "upload" && !editable ? "step_uploadNew" : `step_${s}`)}
          {s === "findings" && errors > 0 && <b className="count error">{errors}</b>}
          {s === "findings" && errors === 0 && warnings > 0 && <b className="count warning">{warnings}</b>}
        </button>
      ))}
    </nav>
  );
}
