import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSubmit } from "../../office/useSubmit";
import { said } from "../../steward/service";
import { revealReporter } from "../service";

/** Who reported a case: shown when a reason is given, which is recorded. */
export function Reporter({ id }: { id: string }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const [who, setWho] = useState<{ name: string; phone: string } | null>(null);
  const { busy, error, submit } = useSubmit(async () => {
    if (reason.trim()) setWho(await revealReporter(id, reason.trim()));
  });
  if (who) {
    return (
      <p>
        {who.name || who.phone ? who.name : t("reporterUnknown")} {who.phone && <a href={`tel:${who.phone}`}>{who.phone}</a>}
      </p>
    );
  }
  if (!asking) {
    return (
      <button type="button" className="link" onClick={() => setAsking(true)}>
        {t("reporterShow")}
      </button>
    );
  }
  return (
    <form className="reporter-form" onSubmit={submit}>
      <Input value={reason} maxLength={200} aria-label={t("reporterWhy")} placeholder={t("reporterWhy")} onChange={(e) => setReason(e.target.value)} />
      <Button htmlType="submit" loading={busy} disabled={!reason.trim()}>
        {t("reporterSee")}
      </Button>
      {error !== null && (
        <p className="wrong" role="alert">
          {said(error)}
        </p>
      )}
    </form>
  );
}
