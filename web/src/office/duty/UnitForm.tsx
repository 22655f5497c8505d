import { Button, Input, Radio, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useNotify } from "../../steward/notice";
import { readPeople } from "../address";
import { Field } from "../Field";
import { type AreaChoice, AreaPick } from "../people/AreaPick";
import { FormWrong } from "../people/PersonFields";
import { usePeople } from "../queries";
import { useSubmit } from "../useSubmit";
import { type Unit, unitPath, useDutyWrite } from "./queries";

const kinds = ["department", "owner", "territory"] as const;

/** Adds a unit, or changes one with its members. */
export function UnitForm({ district, unit, onDone }: { district: string; unit: Unit | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  const write = useDutyWrite();
  const notify = useNotify();
  const [name, setName] = useState(unit?.name ?? "");
  const [phone, setPhone] = useState(unit?.phone ?? "");
  const [kind, setKind] = useState<Unit["kind"]>(unit?.kind ?? "department");
  const [area, setArea] = useState<AreaChoice | null>(null);
  const before = unit?.members.map((m) => m.id) ?? [];
  const [members, setMembers] = useState(before);
  const unseen = (unit?.member_count ?? 0) - before.length;

  const save = useSubmit(async () => {
    let now = unit
      ? unit.name === name.trim() && unit.phone === phone.trim()
        ? unit
        : await write<Unit>("PUT", unitPath(unit), { name, phone }, unit.version)
      : await write<Unit>("POST", "/api/v1/units", { district, name, phone, kind, ...(kind === "territory" && area ? { level: area.level, area: area.code } : {}) });
    if ([...members].sort().join() !== [...before].sort().join()) now = await write<Unit>("PUT", `${unitPath(now)}/members`, { people: members }, now.version);
    notify({ text: t("unitSaved", { name: now.name }) });
    onDone();
  });
  const able = useSubmit(async () => {
    if (!unit) return;
    const now = await write<Unit>("POST", `${unitPath(unit)}/${unit.disabled ? "enable" : "disable"}`, undefined, unit.version);
    notify({ text: t(now.disabled ? "unitDisabled" : "unitEnabled", { name: now.name }) });
    onDone();
  });

  return (
    <form className="office-form" aria-label={unit?.name ?? t("addUnit")} onSubmit={save.submit}>
      <Field label={t("unitName")}>{(id) => <Input id={id} required autoFocus={!unit} maxLength={60} autoComplete="off" value={name} onChange={(e) => setName(e.target.value)} />}</Field>
      {!unit && (
        <Field label={t("unitKind")} hint={t(`unitKindHint_${kind}`)}>
          {(id, about) => (
            <Radio.Group id={id} aria-describedby={about} aria-label={t("unitKind")} optionType="button" value={kind} onChange={(e) => setKind(e.target.value as Unit["kind"])} options={kinds.map((k) => ({ value: k, label: t(`unitKind_${k}`) }))} />
          )}
        </Field>
      )}
      {!unit && kind === "territory" && <Field label={t("unitArea")}>{(id) => <AreaPick id={id} value={area} usual="subdistrict" onChange={setArea} />}</Field>}
      <Field label={t("unitPhone")}>{(id) => <Input id={id} inputMode="tel" autoComplete="off" value={phone} onChange={(e) => setPhone(e.target.value)} />}</Field>
      <Field label={t("unitMembers")} hint={unseen > 0 ? t("unitMembersOthers", { n: unseen }) : t("unitMembersHint")}>
        {(id, about) => <MemberPick id={id} about={about} unit={unit} value={members} onChange={setMembers} />}
      </Field>
      <FormWrong error={save.error ?? able.error} fields />
      <div className="office-actions">
        <Button type="primary" htmlType="submit" aria-busy={save.busy} disabled={kind === "territory" && !unit && !area}>
          {t(unit ? "save" : "addUnit")}
        </Button>
        <Button onClick={onDone}>{t("officeCancel")}</Button>
        {unit && (
          <Button className="duty-end" danger={!unit.disabled} aria-busy={able.busy} onClick={() => able.submit()}>
            {t(unit.disabled ? "enableUnit" : "disableUnit")}
          </Button>
        )}
      </div>
    </form>
  );
}

interface MemberPickProps {
  id: string;
  about: string | undefined;
  unit: Unit | undefined;
  value: string[];
  onChange: (people: string[]) => void;
}

/** Picks people; they are looked for by the service as one types. */
function MemberPick({ id, about, unit, value, onChange }: MemberPickProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [names, setNames] = useState(() => new Map(unit?.members.map((m) => [m.id, m.name])));
  const found = usePeople({ ...readPeople(""), text }, true);
  const options = found.people.map((p) => ({ value: p.id, label: p.name, login: p.login, department: p.department }));
  return (
    <Select
      id={id}
      aria-describedby={about}
      mode="multiple"
      value={value}
      loading={found.isFetching}
      placeholder={t("unitMembersFind")}
      showSearch={{ filterOption: false, onSearch: setText }}
      onChange={(people: string[]) => {
        setNames(new Map([...names, ...options.map((o) => [o.value, o.label] as const)]));
        onChange(people);
      }}
      options={options}
      labelRender={(p) => names.get(String(p.value)) ?? p.label}
      optionRender={(o) => (
        <span className="area-option">
          <span>{o.data.label}</span>
          <small>{[o.data.login, o.data.department].filter(Boolean).join(" · ")}</small>
        </span>
      )}
      notFoundContent={found.isFetching ? t("mapLoading") : t("nobodyFound")}
    />
  );
}
