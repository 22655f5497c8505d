import { Button } from "antd";
import { useTranslation } from "react-i18next";

import type { AllowedAction, Case } from "../../cases/queries";

const bulkActions = ["accept", "dispatch", "reject", "merge", "transfer", "classify", "inspect", "supervise"];

/** The actions that every one of several cases allows. */
export function commonActions(cases: Case[]): AllowedAction[] {
  const [first, ...rest] = cases;
  return (first?.actions ?? []).filter((a) => bulkActions.includes(a.action) && (a.action === "merge" || rest.every((c) => c.actions.some((x) => x.action === a.action))));
}

interface BulkBarProps {
  cases: Case[];
  onAct: (action: string) => void;
  onClear: () => void;
  onAll: () => void;
}

/** How many cases are selected, and what can be done to all of them. */
export function BulkBar({ cases, onAct, onClear, onAll }: BulkBarProps) {
  const { t } = useTranslation();
  const actions = commonActions(cases);
  return (
    <div className="bulk-bar" role="group" aria-label={t("bulk")}>
      <p>
        <strong>{t("bulkCount", { count: cases.length })}</strong>
        <button type="button" className="link" onClick={onAll}>
          {t("bulkAll")}
        </button>
        <button type="button" className="link" onClick={onClear}>
          {t("bulkNone")}
        </button>
      </p>
      <div className="act-bar">
        {actions.slice(0, 5).map((a) => (
          <Button key={a.action} size="small" onClick={() => onAct(a.action)}>
            {a.word}
          </Button>
        ))}
        {actions.length === 0 && <span className="soft">{t("bulkNothing")}</span>}
      </div>
    </div>
  );
}
