import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { copyText } from "../copy";

/** A button that copies a text and says so, or that the browser does not let it. */
export function Copy({ text, label }: { text: () => string; label: string }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState<"" | "copied" | "copyByHand">("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), 1600);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () =>
    void copyText(text()).then(
      () => setSaid("copied"),
      () => setSaid("copyByHand"),
    );
  return (
    <button type="button" className="quiet" onClick={copy}>
      <span aria-live="polite">{said ? t(said) : label}</span>
    </button>
  );
}
