import { useTranslation } from "react-i18next";

/** Says that what is shown was invented. It cannot be closed. */
export function Synthetic({ className = "" }: { className?: string }) {
  const { t } = useTranslation();
  return (
    <span className={`synthetic ${className}`} title={t("syntheticHint")} data-testid="synthetic">
      {t("synthetic")}
    </span>
  );
}
