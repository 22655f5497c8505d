import { Input, Radio, Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Minor, useMinors } from "../service";

interface Class {
  kind: string;
  category: string;
  condition: string;
  /** The class has conditions, one of which has to be chosen. */
  conditional?: boolean;
}

interface ClassPickerProps extends Class {
  district: string | undefined;
  /** Without conditions, for a guess. */
  plain?: boolean;
  onChange: (c: Class) => void;
}

/** Finds a class by name, code or a word of its conditions, and shows the conditions with their limits to choose from. */
export function ClassPicker({ district, kind, category, condition, plain, onChange }: ClassPickerProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const found = useMinors(district, typed);
  const chosen = useMinors(district, category, category !== "").data?.minors?.find((m) => m.kind === kind && m.code === category);
  const only = !plain && !condition && chosen?.conditions.length === 1 ? (chosen.conditions[0]?.filing ?? "") : "";
  useEffect(() => {
    if (only) onChange({ kind, category, condition: only }); // of a guess that came with the report: there is nothing to choose
  }, [only]); // eslint-disable-line react-hooks/exhaustive-deps
  if (found.isError) return <ByHand kind={kind} category={category} condition={condition} plain={plain} onChange={onChange} />;
  const key = category ? `${kind}/${category}` : undefined;
  const list = found.data?.minors ?? [];
  const options = (chosen && !list.some((m) => keyOf(m) === key) ? [chosen, ...list] : list).map((m) => ({ value: keyOf(m), label: `${m.code} ${m.name}`, major: m.major }));
  function choose(value: string | undefined) {
    const m = [...list, ...(chosen ? [chosen] : [])].find((x) => keyOf(x) === value);
    onChange({ kind: m?.kind ?? "", category: m?.code ?? "", condition: m?.conditions.length === 1 ? (m.conditions[0]?.filing ?? "") : "", conditional: (m?.conditions.length ?? 0) > 0 });
  }
  return (
    <div className="class-picker">
      <Select
        showSearch={{ filterOption: false, onSearch: setTyped }}
        allowClear
        aria-label={t("class")}
        placeholder={t("classHint")}
        value={key}
        options={key && !options.some((o) => o.value === key) ? [{ value: key, label: category, major: "" }, ...options] : options}
        optionRender={(o) => (
          <span className="class-option">
            {o.data.label}
            <small>{o.data.major}</small>
          </span>
        )}
        notFoundContent={found.isFetching ? t("looking") : t("nothingFits")}
        onChange={choose}
      />
      {!plain && chosen && chosen.conditions.length > 0 && <Conditions of={chosen} value={condition} onChange={(c) => onChange({ kind, category, condition: c, conditional: true })} />}
    </div>
  );
}

const keyOf = (m: Pick<Minor, "kind" | "code">) => `${m.kind}/${m.code}`;

/** The filing conditions of a class, each with when it is closed and how long it may take. */
function Conditions({ of, value, onChange }: { of: Minor; value: string; onChange: (condition: string) => void }) {
  const { t } = useTranslation();
  return (
    <Radio.Group className="conditions" aria-label={t("filingCondition")} value={value} onChange={(e) => onChange(String(e.target.value))}>
      {of.conditions.map((c) => (
        <Radio key={c.filing} value={c.filing}>
          <span className="condition">
            {c.filing}
            <small>
              {c.closing && t("closesWhen", { closing: c.closing })}
              {limitsOf(c.phases) && ` ${t("limitIs", { limit: limitsOf(c.phases) })}`}
            </small>
          </span>
        </Radio>
      ))}
    </Radio.Group>
  );
}

/** The limits of the stretches of the work, in a line. */
export function limitsOf(phases: { name: string; limit: string }[] | null): string {
  return (phases ?? []).map((p) => [p.name, p.limit].filter(Boolean).join(" ")).join("，");
}

/** Where the service lists no classes: the code and the condition as they are written down elsewhere. */
function ByHand({ kind, category, condition, plain, onChange }: Omit<ClassPickerProps, "district">) {
  const { t } = useTranslation();
  return (
    <div className="class-picker">
      <Radio.Group aria-label={t("classKind")} value={kind} onChange={(e) => onChange({ kind: String(e.target.value), category, condition })}>
        <Radio value="event">{t("kind_event")}</Radio>
        <Radio value="component">{t("kind_component")}</Radio>
      </Radio.Group>
      <Input inputMode="numeric" maxLength={4} aria-label={t("classCode")} placeholder={t("classCode")} value={category} onChange={(e) => onChange({ kind, category: e.target.value.trim(), condition })} />
      {!plain && <Input aria-label={t("filingCondition")} placeholder={t("filingCondition")} value={condition} onChange={(e) => onChange({ kind, category, condition: e.target.value })} />}
    </div>
  );
}
