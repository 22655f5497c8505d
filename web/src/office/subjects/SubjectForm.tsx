import { Button, Input, InputNumber, Select, Switch } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "../../api/client";
import type { Level } from "../../map/levels";
import { useNotify } from "../../steward/notice";
import { Field } from "../Field";
import { type AreaChoice, AreaPick } from "../people/AreaPick";
import { FormWrong } from "../people/PersonFields";
import { useSubmit } from "../useSubmit";
import { AreaList } from "./AreaList";
import { LinkList } from "./LinkList";
import { type AreaName, type Kind, type KindField, type Subject, subjectPath, type SubjectRequest, useSubjectWrite } from "./queries";

interface SubjectFormProps {
  kind: Kind;
  kinds: Kind[];
  district: string;
  subject: Subject | undefined;
  /** What a new branch is to cover. */
  covering: AreaName | null;
  onDone: () => void;
}

/** Adds a subject, or changes, confirms or ends one. Its fields are those of its kind. */
export function SubjectForm({ kind, kinds, district, subject, covering, onDone }: SubjectFormProps) {
  const { t } = useTranslation();
  const write = useSubjectWrite();
  const notify = useNotify();
  const [name, setName] = useState(subject?.name ?? "");
  const [code, setCode] = useState(subject?.code ?? "");
  const [home, setHome] = useState<AreaChoice | null>(() => {
    const at = subject?.area?.code ? { level: subject.area.level ?? "", code: subject.area.code } : covering && covering.level !== "compound" ? covering : null;
    return at ? { district, level: at.level as Level, code: at.code } : null;
  });
  const [since, setSince] = useState(subject?.since ?? "");
  const [until, setUntil] = useState(subject?.until ?? "");
  const [place, setPlace] = useState(subject?.position ? `${subject.position.lon}, ${subject.position.lat}` : "");
  const [fields, setFields] = useState<Record<string, unknown>>(() => subject?.fields ?? (covering ? { form: covering.level === "compound" ? "compound_branch" : "grid_branch" } : {}));
  const [areas, setAreas] = useState<Record<string, AreaName[]>>(() =>
    subject ? Object.fromEntries(Object.entries(subject.areas).map(([f, list]) => [f, list.flatMap((a) => (a.code ? [{ level: a.level as AreaName["level"], code: a.code }] : []))])) : covering ? { covers: [covering] } : {},
  );
  const [links, setLinks] = useState<Record<string, string[]>>(() => (subject ? Object.fromEntries(Object.entries(subject.links).map(([f, list]) => [f, list.map((l) => l.id)])) : {}));
  const mayWrite = kind.write;

  const save = useSubmit(async () => {
    if (!home) return;
    const [lon, lat] = place.split(/[,，\s]+/).filter(Boolean).map(Number);
    const body: SubjectRequest = {
      district,
      name,
      ...(code ? { code } : {}),
      area: { level: home.level, code: home.code },
      ...(lon !== undefined && lat !== undefined ? { position: { lon, lat } } : {}),
      ...(since ? { since } : {}),
      ...(until ? { until } : {}),
      fields: Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== null && v !== "")),
      areas,
      links,
    };
    const now = subject ? await write("PUT", subjectPath(kind, subject), body, subject.version) : await write("POST", `/api/v1/${kind.path}`, body);
    notify({ text: t("subjectSaved", { name: now.name }) });
    onDone();
  });
  const act = useSubmit(async () => {
    if (!subject) return;
    await write("POST", `${subjectPath(kind, subject)}/end`, {}, subject.version);
    notify({ text: t("subjectEnded", { name: subject.name }) });
    onDone();
  });
  const confirm = useSubmit(async () => {
    if (!subject) return;
    await write("POST", `${subjectPath(kind, subject)}/confirm`, undefined, subject.version);
    notify({ text: t("subjectConfirmed", { name: subject.name }) });
    onDone();
  });
  const wrong = (field: string) => (save.error instanceof Refusal ? save.error.items?.find((e) => e.location === field)?.detail : undefined);
  const set = (f: string, v: unknown) => setFields({ ...fields, [f]: v });

  return (
    <form className="office-form" aria-label={subject?.name ?? t("addSubject", { kind: kind.word })} onSubmit={save.submit}>
      <fieldset className="subject-fields" disabled={!mayWrite}>
        <Field label={t("subjectName")} wrong={wrong("name")}>{(id) => <Input id={id} required autoFocus={!subject} maxLength={200} autoComplete="off" value={name} onChange={(e) => setName(e.target.value)} />}</Field>
        <Field label={t("subjectArea")} hint={t("subjectAreaHint")}>{(id) => <AreaPick id={id} value={home} usual="community" onChange={setHome} />}</Field>
        {kind.fields.map((f) => (
          <Field key={f.name} label={f.required ? `${f.word} *` : f.word} wrong={wrong(f.name)}>
            {(id) =>
              f.type === "areas" ? (
                <AreaList id={id} field={f} value={areas[f.name] ?? []} onChange={(list) => setAreas({ ...areas, [f.name]: list })} />
              ) : f.type === "links" ? (
                <LinkList id={id} field={f} kind={kinds.find((k) => k.kind === f.to)} district={district} known={subject?.links[f.name] ?? []} value={links[f.name] ?? []} onChange={(list) => setLinks({ ...links, [f.name]: list })} />
              ) : (
                control(f, id, fields[f.name], (v) => set(f.name, v))
              )
            }
          </Field>
        ))}
        {kind.sited && <Field label={t("subjectPlace")} hint={t("subjectPlaceHint")}>{(id) => <Input id={id} inputMode="decimal" autoComplete="off" placeholder="111.6712, 40.8301" value={place} onChange={(e) => setPlace(e.target.value)} />}</Field>}
        <div className="office-pair">
          <Field label={t("subjectSince")}>{(id) => <Input id={id} type="date" value={since} onChange={(e) => setSince(e.target.value)} />}</Field>
          <Field label={t("subjectUntil")} wrong={wrong("until")}>{(id) => <Input id={id} type="date" value={until} onChange={(e) => setUntil(e.target.value)} />}</Field>
        </div>
        <Field label={t("subjectCode")} hint={t("subjectCodeHint")} wrong={wrong("code")}>{(id) => <Input id={id} maxLength={60} autoComplete="off" value={code} onChange={(e) => setCode(e.target.value)} />}</Field>
      </fieldset>
      <FormWrong error={save.error ?? act.error ?? confirm.error} fields />
      {mayWrite && (
        <div className="office-actions">
          <Button type="primary" htmlType="submit" aria-busy={save.busy} disabled={!home}>
            {t(subject ? "save" : "subjectAdd")}
          </Button>
          <Button onClick={onDone}>{t("officeCancel")}</Button>
          {subject?.stale && (
            <Button aria-busy={confirm.busy} onClick={() => confirm.submit()}>
              {t("confirmSubject")}
            </Button>
          )}
          {subject?.active && (
            <Button className="duty-end" danger aria-busy={act.busy} onClick={() => act.submit()}>
              {t("endSubject")}
            </Button>
          )}
        </div>
      )}
    </form>
  );
}

function control(f: KindField, id: string, value: unknown, onChange: (v: unknown) => void): ReactNode {
  switch (f.type) {
    case "choice":
      return <Select id={id} allowClear={!f.required} value={value as string | undefined} onChange={(v: string | undefined) => onChange(v ?? "")} options={f.choices?.map((c) => ({ value: c.code, label: c.word })) ?? []} />;
    case "flag":
      return <Switch id={id} checked={value === true} onChange={onChange} />;
    case "whole":
    case "money":
      return <InputNumber id={id} className="subject-number" min={0} precision={0} value={value as number | null | undefined} onChange={onChange} />;
    case "date":
      return <Input id={id} type="date" value={(value as string | undefined) ?? ""} onChange={(e) => onChange(e.target.value)} />;
    default:
      return <Input id={id} autoComplete="off" value={(value as string | undefined) ?? ""} onChange={(e) => onChange(e.target.value)} />;
  }
}
