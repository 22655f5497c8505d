import { Button, Progress as Bar } from "antd";
import { useTranslation } from "react-i18next";

import { FindingList } from "../findings/FindingList";
import { isSuspicion, type Row, tally } from "../findings/group";
import { Reason } from "../findings/Reason";
import type { Import, Proposal } from "../service";
import { type Form, reread } from "./request";
import { Suspicion } from "./Suspicion";
import type { UploadFlow } from "./useUpload";

/** How far the reading is. */
export function ImportProgress({ job, committing, onCancel }: { job: Import | undefined; committing: boolean; onCancel: () => void }) {
  const { t } = useTranslation();
  const state = job?.state ?? "waiting";
  const share = job && job.total > 0 && job.bytes > 0 ? job.bytes / job.total : 0;
  const percent = state === "checking" ? 90 : Math.min(85, Math.round(share * 85));
  return (
    <div className="sending" data-testid="importing">
      <p className="names">{t(committing && state === "checking" ? "state_keeping" : `state_${state}`)}</p>
      <Bar percent={percent} status="active" showInfo={false} aria-label={t("tryFirst")} />
      <div className="row-between">
        <span className="soft">{job && job.features > 0 ? t("featuresRead", { n: job.features }) : "\u00a0"}</span>
        <Button onClick={onCancel}>{t("cancel")}</Button>
      </div>
    </div>
  );
}

interface ImportResultProps {
  flow: UploadFlow;
  job: Import;
  form: Form;
  rows: Row[];
  selected: string | null;
  onSelect: (key: string | null, go: boolean) => void;
}

/** What reading the files would do: doubts first, then what was found, then the way on. */
export function ImportResult({ flow, job, form, rows, selected, onSelect }: ImportResultProps) {
  const { t } = useTranslation();
  if (job.state === "failed" || job.state === "cancelled") {
    return (
      <div className="stack">
        <div className="failure" role="alert">
          <strong>{t(job.state === "failed" ? "importFailed" : "importCancelled")}</strong>
          {job.problem && <p>{job.problem.detail}</p>}
        </div>
        <div className="actions">
          <Button type="primary" onClick={flow.again}>
            {t("changeOptions")}
          </Button>
          <Button onClick={flow.reset}>{t("otherFile")}</Button>
        </div>
      </div>
    );
  }
  const doubts = rows.filter((r) => isSuspicion(r.finding) && !r.finding.waived);
  const rest = rows.filter((r) => !doubts.includes(r));
  const n = tally(rest);
  const again = (p: Proposal) => void flow.read(reread(form, p), false);
  const waive = (code: string, reason: string) => void flow.read({ ...form, waive: { ...form.waive, [code]: reason } }, false);
  return (
    <div className="stack" data-testid="import-result">
      {doubts.map((r) => (
        <Suspicion key={r.key} finding={r.finding} busy={flow.running} onReread={again} onWaive={(reason) => waive(r.finding.code, reason)} />
      ))}
      <dl className="facts">
        <dt>{t("readAs")}</dt>
        <dd>{readAs(form, flow.look?.system ?? "", t)}</dd>
        <dt>{t("wouldDo")}</dt>
        <dd>{t("addedReplaced", { added: job.added, replaced: job.replaced, level: t(`level_${job.level}`) })}</dd>
      </dl>
      {doubts.length > 0 ? (
        <p className="soft">{t("doubtFirst", { n: rest.length })}</p>
      ) : (
        <>
          <p className="lead">{rest.length === 0 ? t("nothingFound") : job.refused ? t("mustFix") : n.error > 0 ? t("canMend", { n: n.error }) : t("onlyWarnings")}</p>
          {rest.length > 0 && (
            <FindingList
              rows={rest}
              selected={selected}
              onSelect={onSelect}
              keys
              actions={({ finding: f }) => f.waivable && !f.waived && <Reason disabled={flow.running} onReason={(reason) => waive(f.code, reason)} />}
            />
          )}
          {job.findings_total > job.findings.length && <p className="soft">{t("firstOf", { n: job.findings.length, total: job.findings_total })}</p>}
        </>
      )}
      {!job.refused && <p className="soft">{t("keepHint")}</p>}
      <div className="actions sticky">
        <Button type="primary" size="large" disabled={job.refused || flow.running} onClick={() => void flow.read(form, true)}>
          {t("keepInDraft", { name: form.edition })}
        </Button>
        <Button size="large" onClick={flow.again}>
          {t("changeOptions")}
        </Button>
      </div>
    </div>
  );
}

function readAs(form: Form, system: string, t: (key: string, o?: Record<string, string>) => string): string {
  const parts = [form.crs === "auto" ? (system ? t("asFileSays", { system }) : t("crsAuto")) : form.crs === "epsg" ? `EPSG:${form.epsg}` : t(`crs_${form.crs}`)];
  if (form.swap) parts.push(t("swapAxes"));
  if (Number(form.east) || Number(form.north)) parts.push(t("shiftedBy", { east: form.east || "0", north: form.north || "0" }));
  return parts.join("，");
}
