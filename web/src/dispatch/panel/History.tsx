import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";

import { useCaseHistory } from "../../cases/queries";
import { clock as when } from "../../format";
import { said } from "../../steward/service";

/** What was done to a case, by whom and why, the newest first. */
export function History({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const history = useCaseHistory(id);
  if (history.isPending) return <Skeleton active paragraph={{ rows: 3 }} title={false} />;
  if (history.isError) return <p className="soft">{said(history.error)}</p>;
  return (
    <ol className="history">
      {[...history.data].reverse().map((e) => (
        <li key={e.version}>
          <p>
            <strong>{e.word}</strong>
            {e.from !== e.to && <span> → {e.to_word}</span>}
            <span className="soft">
              {e.by?.name || t("system")} · {when(e.at, i18n.language)}
            </span>
          </p>
          {(e.reason_word || e.note || e.unit) && <p>{[e.unit?.name, e.reason_word, e.note].filter(Boolean).join(" · ")}</p>}
        </li>
      ))}
    </ol>
  );
}
