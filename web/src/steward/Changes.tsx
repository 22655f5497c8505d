import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";

import { clock } from "../format";
import { readable } from "./format";
import type { Mend } from "./service";

/** Every change that was made to a draft; undone ones stay, struck through. */
export function Changes({ mends, pending, onPlace }: { mends: Mend[]; pending: boolean; onPlace: (m: Mend) => void }) {
  const { t, i18n } = useTranslation();
  if (pending) return <Skeleton active paragraph={{ rows: 2 }} title={false} />;
  if (mends.length === 0) return <p className="soft">{t("noChanges")}</p>;
  return (
    <ol className="changes" data-testid="changes">
      {mends.map((m) => (
        <li key={m.id} className={m.undone ? "undone" : ""}>
          <button type="button" disabled={!m.place} onClick={() => onPlace(m)}>
            <span className="what">{readable(m.text, i18n.language)}</span>
            <small>
              {clock(m.made, i18n.language)}
              {m.undone && ` · ${t("undoneWord")}`}
            </small>
          </button>
        </li>
      ))}
    </ol>
  );
}
