import { useTranslation } from "react-i18next";

import { Refusal } from "../../api/client";
import { type Option, Options } from "./Options";

interface FoundPanelProps {
  text: string;
  options: Option[];
  active: number;
  onActive: (i: number) => void;
  /** Whether the rows are what was looked up lately. */
  recent: boolean;
  onForget: () => void;
  busy: boolean;
  failed: Error | null;
  /** What stands under the rows. */
  foot: string[];
}

/** What drops down from the search field: rows, or why there are none and what can be written. */
export function FoundPanel({ text, options, active, onActive, recent, onForget, busy, failed, foot }: FoundPanelProps) {
  const { t } = useTranslation();
  return (
    <div className={busy ? "found panel busy" : "found panel"}>
      {recent && (
        <p className="found-head">
          {t("recent")}
          <button type="button" className="link" onClick={onForget}>
            {t("recentClear")}
          </button>
        </p>
      )}
      {options.length > 0 ? (
        <Options id="ask-list" label={recent ? t("recent") : t("found")} options={options} active={active} onActive={onActive} />
      ) : (
        <div className="found-none" role="status">
          {failed ? failed instanceof Refusal ? failed.detail : t("offline") : busy ? t("finding") : <Nothing text={text} />}
        </div>
      )}
      {foot.map((line) => (
        <p key={line} className="found-foot">
          {line}
        </p>
      ))}
    </div>
  );
}

function Nothing({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <>
      <strong>{t("searchFoundNothing", { text })}</strong>
      <p>{t("nothingFoundHint")}</p>
    </>
  );
}
