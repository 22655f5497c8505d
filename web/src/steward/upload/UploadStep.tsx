import { useTranslation } from "react-i18next";

import type { Row } from "../findings/group";
import { DropZone } from "./DropZone";
import { ImportProgress, ImportResult } from "./ImportResult";
import { LookForm } from "./LookForm";
import type { UploadFlow } from "./useUpload";

interface UploadStepProps {
  flow: UploadFlow;
  rows: Row[];
  selected: string | null;
  onSelect: (key: string | null, go: boolean) => void;
  newDistrict: boolean;
  newEdition: boolean;
  /** There is nothing yet, which is said above. */
  first: boolean;
  /** Name of the draft that files go into. */
  draft: string;
}

/** From files to a draft. */
export function UploadStep({ flow, rows, selected, onSelect, newDistrict, newEdition, first, draft }: UploadStepProps) {
  const { t } = useTranslation();
  const { form, look, job } = flow;
  const over = job && ["done", "failed", "cancelled"].includes(job.state);
  return (
    <div className="stack">
      {flow.wrong && (
        <div className="failure" role="alert" data-testid="upload-wrong">
          <p>{flow.wrong}</p>
        </div>
      )}
      {!form || !look ? (
        <>
          {!first && <p className="lead">{newEdition ? t("uploadLeadNew") : t("uploadLead", { name: draft })}</p>}
          <DropZone flow={flow} />
        </>
      ) : flow.running && !(over && flow.committing) ? (
        <ImportProgress job={job} committing={flow.committing} onCancel={() => void flow.cancel()} />
      ) : job && over ? (
        <ImportResult flow={flow} job={job} form={form} rows={rows} selected={selected} onSelect={onSelect} />
      ) : (
        <LookForm flow={flow} look={look} form={form} newDistrict={newDistrict} newEdition={newEdition} />
      )}
    </div>
  );
}
