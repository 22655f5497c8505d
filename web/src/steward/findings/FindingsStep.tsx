import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";

import type { Editing } from "../editing";
import type { Proposal } from "../service";
import { FindingList } from "./FindingList";
import { refuses, type Row } from "./group";
import { Reason } from "./Reason";

interface FindingsStepProps {
  rows: Row[];
  pending: boolean;
  more: boolean;
  onMore: () => void;
  selected: string | null;
  onSelect: (key: string | null, go: boolean) => void;
  /** null: the edition cannot change any more. */
  editing: Editing | null;
  onNext: () => void;
}

/** What was found in an edition, and what can be done about each. */
export function FindingsStep({ rows, pending, more, onMore, selected, onSelect, editing, onNext }: FindingsStepProps) {
  const { t } = useTranslation();
  if (pending) return <Skeleton active paragraph={{ rows: 6 }} />;
  return (
    <div className="stack">
      {rows.length > 0 && <p className="lead">{refuses(rows) ? t("findingsLead") : t("findingsNoneRefuses")}</p>}
      <FindingList rows={rows} selected={selected} onSelect={onSelect} keys actions={(row) => editing && <Remedies row={row} editing={editing} />} />
      {more && (
        <Button type="link" onClick={onMore}>
          {t("moreFindings")}
        </Button>
      )}
      {editing && !refuses(rows) && (
        <div className="actions">
          <Button type="primary" size="large" onClick={onNext}>
            {t("toDiff")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The proposals for one finding as buttons; and letting it pass, where that may be. */
function Remedies({ row: { finding: f }, editing }: { row: Row; editing: Editing }) {
  const { t } = useTranslation();
  const id = f.id;
  if (id === undefined) return null;
  const put = (p: Proposal) => {
    if (p.kind === "reread") return;
    editing.mend(p.kind === "snap" ? { kind: "snap", metres: p.metres } : { kind: p.kind, finding: id, area: p.area }, t("mendedBy", { what: p.text }));
  };
  const mends = f.mends.filter((p) => p.kind !== "reread");
  return (
    <div className="remedies">
      {!f.waived &&
        mends.map((p, i) => (
          <Button key={`${p.kind}${p.area}`} type={i === 0 ? "primary" : "default"} disabled={editing.busy} onClick={() => put(p)}>
            {p.text}
          </Button>
        ))}
      {f.waived ? (
        <Button disabled={editing.busy} onClick={() => editing.unwaive(id)}>
          {t("unwaive")}
        </Button>
      ) : (
        f.waivable && <Reason disabled={editing.busy} onReason={(reason) => editing.waive(id, reason)} />
      )}
      {!f.waived && mends.length === 0 && !f.waivable && f.severity !== "note" && <p className="soft">{t("noProposal")}</p>}
    </div>
  );
}
