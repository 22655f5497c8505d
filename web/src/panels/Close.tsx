import { useTranslation } from "react-i18next";

/** The cross in the corner. */
export function Close({ hint, onClose }: { hint?: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" className="icon close" aria-label={t("close")} title={hint ?? `${t("close")} (Esc)`} onClick={onClose}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M6 6l12 12M18 6L6 18" />
      </svg>
    </button>
  );
}
