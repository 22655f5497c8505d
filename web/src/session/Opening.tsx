import { useTranslation } from "react-i18next";

/** What stands there while a page comes; index.html shows the same before there is a program. */
export function Opening() {
  const { t } = useTranslation();
  return (
    <p className="opening" role="status">
      {t("opening")}
    </p>
  );
}
