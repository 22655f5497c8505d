import { Button, Input, InputNumber, Popconfirm, Radio, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useNotify } from "../../steward/notice";
import { Field } from "../Field";
import { FormWrong } from "../people/PersonFields";
import { useSubmit } from "../useSubmit";
import { AreaList } from "./AreaList";
import { type Rule, rulePath, type Unit, useDutyWrite } from "./queries";
import { draftOf, emptyRule, notCodes, requestOf, type RuleDraft, wrongWith } from "./rule";

interface RuleFormProps {
  district: string;
  rule: Rule | undefined;
  units: Unit[];
  onDone: () => void;
}

/** Adds a rule, or changes or deletes one. */
export function RuleForm({ district, rule, units, onDone }: RuleFormProps) {
  const { t } = useTranslation();
  const write = useDutyWrite();
  const notify = useNotify();
  const [d, setDraft] = useState<RuleDraft>(() => (rule ? draftOf(rule) : emptyRule));
  const put = (part: Partial<RuleDraft>) => setDraft((before) => ({ ...before, ...part }));
  const wrong = wrongWith(d);

  const save = useSubmit(async () => {
    if (wrong) return;
    const now = rule
      ? await write<Rule>("PUT", rulePath(rule), requestOf(d), rule.version)
      : await write<Rule>("POST", "/api/v1/responsibilities", { district, ...requestOf(d) });
    notify({ text: t("ruleSaved", { name: now.name }) });
    onDone();
  });
  const drop = useSubmit(async () => {
    if (!rule) return;
    await write("DELETE", rulePath(rule), undefined, rule.version);
    notify({ text: t("ruleDropped", { name: rule.name }) });
    onDone();
  });

  return (
    <form className="office-form duty-form" aria-label={rule?.name ?? t("addRule")} onSubmit={save.submit}>
      <Field label={t("ruleName")}>{(id) => <Input id={id} required autoFocus={!rule} maxLength={60} autoComplete="off" value={d.name} onChange={(e) => put({ name: e.target.value })} />}</Field>
      <Field label={t("ruleUnit")}>
        {(id) => (
          <Select
            id={id}
            value={d.unit || undefined}
            placeholder={t("ruleUnitPick")}
            showSearch={{ optionFilterProp: "label" }}
            onChange={(unit: string) => put({ unit })}
            options={units.filter((u) => !u.disabled || u.id === rule?.unit.id).map((u) => ({ value: u.id, label: u.disabled ? `${u.name} · ${t("unitState_off")}` : u.name }))}
          />
        )}
      </Field>
      <Field label={t("ruleBasis")} hint={t(`ruleBasisHint_${d.basis}`)}>
        {(id, about) => (
          <Radio.Group id={id} aria-describedby={about} aria-label={t("ruleBasis")} optionType="button" value={d.basis} onChange={(e) => put({ basis: e.target.value as RuleDraft["basis"] })} options={(["owner", "territory"] as const).map((b) => ({ value: b, label: t(`ruleBasis_${b}`) }))} />
        )}
      </Field>
      <Field label={t("ruleKind")}>
        {(id) => (
          <Radio.Group
            id={id}
            aria-label={t("ruleKind")}
            optionType="button"
            value={d.kind}
            onChange={(e) => put({ kind: e.target.value as RuleDraft["kind"], codes: e.target.value === d.kind ? d.codes : [] })}
            options={(["", "event", "component"] as const).map((k) => ({ value: k, label: t(`ruleKind_${k}`) }))}
          />
        )}
      </Field>
      {d.kind && (
        <Field label={t("ruleCodes")} hint={t("ruleCodesHint")} wrong={wrong === "ruleCodesWrong" ? t(wrong, { codes: notCodes(d.codes).join(t("listComma")) }) : undefined}>
          {(id, about) => (
            <Select
              id={id}
              aria-describedby={about}
              mode="tags"
              open={false}
              suffixIcon={null}
              tokenSeparators={[",", "，", "、", " ", ";"]}
              placeholder={t("ruleAllClasses")}
              value={d.codes}
              onChange={(codes: string[]) => put({ codes })}
              labelRender={(p) => `${String(p.value)} ${rule?.classes.find((c) => c.code === p.value)?.name ?? ""}`.trim()}
            />
          )}
        </Field>
      )}
      <Field label={t("ruleWhere")} wrong={wrong === "ruleAreaLost" ? t(wrong) : undefined}>
        {(id) => (
          <>
            <Radio.Group
              id={id}
              aria-label={t("ruleWhere")}
              value={d.everywhere}
              onChange={(e) => put({ everywhere: e.target.value as boolean })}
              options={[
                { value: true, label: t("ruleWhere_all") },
                { value: false, label: t("ruleWhere_some") },
              ]}
            />
            {!d.everywhere && <AreaList district={district} value={d.areas} onChange={(areas) => put({ areas })} />}
          </>
        )}
      </Field>
      <div className="office-pair">
        <Field label={t("ruleFrom")}>{(id) => <Input id={id} type="date" value={d.from} onChange={(e) => put({ from: e.target.value })} />}</Field>
        <Field label={t("ruleUntil")} hint={t("openEnd")}>{(id) => <Input id={id} type="date" min={d.from} value={d.until} onChange={(e) => put({ until: e.target.value })} />}</Field>
      </div>
      <div className="office-pair">
        <Field label={t("ruleDaily")} hint={t("ruleDailyHint")} wrong={wrong === "ruleDailyWrong" ? t(wrong) : undefined}>
          {(id, about) => <Input id={id} aria-describedby={about} autoComplete="off" placeholder={t("ruleAlways")} value={d.daily} onChange={(e) => put({ daily: e.target.value })} />}
        </Field>
        <Field label={t("rulePriority")} hint={t("rulePriorityHint")}>
          {(id, about) => <InputNumber id={id} aria-describedby={about} min={0} max={999} precision={0} value={d.priority} onChange={(n) => put({ priority: n ?? 0 })} />}
        </Field>
      </div>
      <FormWrong error={save.error ?? drop.error} fields />
      <div className="office-actions">
        <Button type="primary" htmlType="submit" aria-busy={save.busy} disabled={wrong !== "" || !d.unit}>
          {t(rule ? "save" : "addRule")}
        </Button>
        <Button onClick={onDone}>{t("officeCancel")}</Button>
        {rule && (
          <Popconfirm title={t("ruleDropAsk", { name: rule.name })} description={t("ruleDropText")} okText={t("ruleDrop")} cancelText={t("officeCancel")} okButtonProps={{ danger: true }} onConfirm={() => drop.submit()}>
            <Button className="duty-end" danger aria-busy={drop.busy}>
              {t("ruleDrop")}
            </Button>
          </Popconfirm>
        )}
      </div>
    </form>
  );
}
