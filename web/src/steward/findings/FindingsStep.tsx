import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";

import type { Editing } from "../editing";
import { useNamesAt } from "../queries";
import type { Edition, Proposal } from "../service";
import { FindingList } from "./FindingList";
import { boundsOfFinding, refuses, type Row } from "./group";
import { Reason } from "./Reason";

interface FindingsStepProps {
  edition: Edition;
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
export function FindingsStep({ edition, rows, pending, more, onMore, selected, onSelect, editing, onNext }: FindingsStepProps) {
  const { t } = useTranslation();
  if (pending) return <Skeleton active paragraph={{ rows: 6 }} />;
  return (
    <div className="stack">
      {editing && rows.length > 0 && <p className="lead">{refuses(rows) ? t("findingsLead") : t("findingsNoneRefuses")}</p>}
      <FindingList rows={rows} selected={selected} onSelect={onSelect} keys actions={(row) => editing && <Remedies edition={edition} row={row} editing={editing} />} />
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
function Remedies({ edition, row: { finding: f }, editing }: { edition: Edition; row: Row; editing: Editing }) {
  const { t } = useTranslation();
  const names = useNamesAt(edition, boundsOfFinding(f));
  const id = f.id;
  if (id === undefined) return null;
  const label = (p: Proposal) => {
    const name = p.area ? names[p.area] : undefined;
    return p.area && name && name !== p.area ? p.text.replace(p.area, `${name} ${p.area}`) : p.text;
  };
  const put = (p: Proposal) => {
    if (p.kind === "reread") return;
    editing.mend(p.kind === "snap" ? { kind: "snap", metres: p.metres } : { kind: p.kind, finding: id, area: p.area }, t("mendedBy", { what: label(p) }));
  };
  const mends = f.mends.filter((p) => p.kind !== "reread");
  return (
    <div className="remedies">
      {!f.waived &&
        mends.map((p, i) => (
          <Button key={`${p.kind}${p.area}`} type={i === 0 ? "primary" : "default"} disabled={editing.busy} onClick={() => put(p)}>
            {label(p)}
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
