import { useState } from "react";
import { useTranslation } from "react-i18next";

import { copyText } from "../../copy";
import type { Receipt as Kept } from "./send";

/** The receipt: the number, big enough to be written down. */
export function Receipt({ receipt, onMore }: { receipt: Kept; onMore: () => void }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState<"" | "copied" | "copyByHand">("");
  const areas = receipt.areas.filter((a) => a.level !== "district").map((a) => a.name);
  return (
    <section className="receipt" aria-label={t("receipt")} aria-live="polite">
      <h2>{t("receiptTitle")}</h2>
      <p>{t("receiptNumber")}</p>
      <p className="receipt-number" data-testid="number">
        {receipt.number}
      </p>
      <button type="button" className="phone-button filled" onClick={() => void copyText(receipt.number).then(() => setCopied("copied"), () => setCopied("copyByHand"))}>
        {t("receiptCopy")}
      </button>
      <p role="status" className="phone-hint">
        {copied && t(copied)}
      </p>
      {areas.length > 0 && <p>{t("receiptOwner", { names: areas.join(" · ") })}</p>}
      {receipt.photos.length > 0 && <p>{t("receiptPhotos", { n: receipt.photos.length })}</p>}
      <p className="phone-hint">{t("receiptHint")}</p>
      <button type="button" className="phone-button" onClick={onMore}>
        {t("reportMore")}
      </button>
    </section>
  );
}
