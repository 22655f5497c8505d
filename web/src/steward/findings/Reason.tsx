import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** A button that asks for a reason before it lets something pass. */
export function Reason({ onReason, disabled, label }: { onReason: (reason: string) => void; disabled: boolean; label?: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const good = reason.trim() !== "";
  if (!open) {
    return (
      <Button onClick={() => setOpen(true)} disabled={disabled}>
        {label ?? t("waive")}
      </Button>
    );
  }
  return (
    <form
      className="reason-form"
      onSubmit={(e) => {
        e.preventDefault();
        if (good) onReason(reason.trim());
      }}
    >
      <Input
        autoFocus
        maxLength={160}
        value={reason}
        placeholder={t("reasonExample")}
        aria-label={t("reason")}
        onChange={(e) => setReason(e.target.value)}
        onKeyDown={(e) => {
          if (e.key !== "Escape") return;
          e.stopPropagation();
          setOpen(false);
        }}
      />
      <Button htmlType="submit" type="primary" disabled={!good || disabled}>
        {t("waiveNow")}
      </Button>
      <Button onClick={() => setOpen(false)}>{t("cancel")}</Button>
    </form>
  );
}
