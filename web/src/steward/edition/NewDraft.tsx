import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Edition, said, send } from "../service";
import { Field } from "../upload/Field";
import { inForce, proposeName } from "./status";

interface NewDraftProps {
  district: string;
  editions: Edition[];
  onMade: (e: Edition) => void;
  onClose: () => void;
}

/** Begins a draft: named by the date, from the edition in force or empty. */
export function NewDraft({ district, editions, onMade, onClose }: NewDraftProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [now] = useState(() => new Date());
  const own = editions.filter((e) => e.district === district);
  const from = inForce(editions, district, now)?.name ?? own.find((e) => e.activations.length > 0)?.name ?? "";
  const [name, setName] = useState(() => proposeName(own.map((e) => e.name), now));
  const [base, setBase] = useState(from);
  const make = useMutation({
    mutationFn: () => send<Edition>("POST", "/api/v1/editions", { district, name: name.trim(), ...(base ? { base } : {}) }),
    onSuccess: (e) => {
      queries.setQueryData<Edition[]>(["editions"], (all) => [e, ...(all ?? [])]);
      onMade(e);
    },
  });
  return (
    <form
      className="new-draft"
      onSubmit={(e) => {
        e.preventDefault();
        make.mutate();
      }}
    >
      <Field label={t("draftName")} wrong={make.isError ? said(make.error) : undefined}>
        {(id) => <Input id={id} autoFocus value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
      </Field>
      <Radio.Group value={base} onChange={(e) => setBase(String(e.target.value))}>
        {from && <Radio value={from}>{t("fromActive", { name: from })}</Radio>}
        <Radio value="">{t("fromNothing")}</Radio>
      </Radio.Group>
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={make.isPending} disabled={name.trim() === ""}>
          {t("makeDraft")}
        </Button>
        <Button onClick={onClose}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
