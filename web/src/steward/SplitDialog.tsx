import { Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Level } from "../map/levels";
import { Field } from "./upload/Field";

export interface Split {
  area: { level: Level; code: string; name: string };
  line: [number, number][];
}

interface SplitDialogProps {
  split: Split;
  onDone: (code: string, name: string) => void;
  onCancel: () => void;
}

/** Asks what the part on the right of the line shall be called. */
export function SplitDialog({ split, onDone, onCancel }: SplitDialogProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState(split.area.code);
  const [name, setName] = useState(split.area.name);
  const good = code.trim() !== "" && code.trim() !== split.area.code && name.trim() !== "";
  return (
    <Modal
      open
      title={t("splitTitle", { name: split.area.name })}
      okText={t("splitDo")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: !good }}
      onOk={() => onDone(code.trim(), name.trim())}
      onCancel={onCancel}
      width={420}
    >
      <div className="stack">
        <p className="soft">{t("splitLead", { code: split.area.code })}</p>
        <Field label={t("splitCode")} hint={code.trim() === split.area.code ? t("splitCodeNew") : undefined}>
          {(id) => <Input id={id} autoFocus value={code} onChange={(e) => setCode(e.target.value)} />}
        </Field>
        <Field label={t("splitName")}>{(id) => <Input id={id} value={name} onChange={(e) => setName(e.target.value)} />}</Field>
      </div>
    </Modal>
  );
}
