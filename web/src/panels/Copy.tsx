import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { copyText } from "../copy";

/** A button that copies a text and says so. */
export function Copy({ text, label }: { text: () => string; label: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1600);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <button type="button" className="quiet" onClick={() => void copyText(text()).then(() => setDone(true))}>
      <span aria-live="polite">{done ? t("copied") : label}</span>
    </button>
  );
}
