import { useTranslation } from "react-i18next";

import { clock } from "../format";

/** Says since when the boundaries may be out of date, or that nobody answers. */
export function StaleBanner({ offline, since }: { offline: boolean; since: string | undefined }) {
  const { t, i18n } = useTranslation();
  if (!offline && !since) return null;
  return (
    <p className="banner panel" role="status">
      {offline ? t("offline") : t("stale", { time: clock(since ?? "", i18n.language) })}
    </p>
  );
}
