import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";

import type { AllowedAction } from "../../cases/queries";

interface ActBarProps {
  actions: AllowedAction[];
  active: string | null;
  /** Which key does what. */
  keys: Record<string, string>;
  onAct: (action: string) => void;
}

/** What moves a case on; the rest is behind “more”. */
const forward = ["accept", "dispatch", "verify", "close", "resume", "grant_extension"];
const usual = [...forward, "refuse_extension", "transfer", "reject", "rework", "return", "merge", "split", "reopen"];
const shownAtOnce = 3;

/** What may be done to a case now, the usual first. */
export function ActBar({ actions, active, keys, onAct }: ActBarProps) {
  const { t } = useTranslation();
  const place = (a: AllowedAction) => (usual.includes(a.action) ? usual.indexOf(a.action) : usual.length);
  const sorted = [...actions].sort((a, b) => place(a) - place(b));
  const first = sorted.slice(0, shownAtOnce);
  const rest = sorted.slice(shownAtOnce);
  if (actions.length === 0) return <p className="soft act-none">{t("nothingToDo")}</p>;
  return (
    <div className="act-bar" role="group" aria-label={t("actions")}>
      {first.map((a, i) => (
        <Button key={a.action} type={i === 0 && forward.includes(a.action) ? "primary" : "default"} aria-pressed={active === a.action} title={keys[a.action]} onClick={() => onAct(a.action)}>
          {a.word}
          {keys[a.action] && <kbd aria-hidden="true">{keys[a.action]}</kbd>}
        </Button>
      ))}
      {rest.length > 0 && (
        <Dropdown trigger={["click"]} menu={{ items: rest.map((a) => ({ key: a.action, label: a.word })), onClick: ({ key }) => onAct(key) }}>
          <Button>{t("moreActions")}</Button>
        </Dropdown>
      )}
    </div>
  );
}
