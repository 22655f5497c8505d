import { Button } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { copyText } from "../copy";

/** A secret that is shown once: to be copied now. */
export function Once({ title, text, children, testid }: { title: string; text: string; children?: ReactNode; testid: string }) {
  return (
    <section className="office-once" data-testid={testid}>
      <h3>{title}</h3>
      <div className="office-once-row">
        <input readOnly value={text} aria-label={title} onFocus={(e) => e.target.select()} />
        <CopyButton text={text} />
      </div>
      {children}
    </section>
  );
}

/** Copies, and says so; where the browser forbids it, it says that too. */
export function CopyButton({ text, label, plain = false }: { text: string; label?: string; plain?: boolean }) {
  const { t } = useTranslation();
  const [done, setDone] = useState<"" | "yes" | "no">("");
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(""), 2500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () => {
    copyText(text).then(
      () => setDone("yes"),
      () => setDone("no"),
    );
  };
  return (
    <Button type={plain ? "default" : "primary"} onClick={copy}>
      <span aria-live="polite">{done === "yes" ? t("copied") : done === "no" ? t("copyByHand") : (label ?? t("copyIt"))}</span>
    </Button>
  );
}
