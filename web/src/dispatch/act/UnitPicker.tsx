import { Select, Skeleton } from "antd";
import { useTranslation } from "react-i18next";

import type { Case } from "../../cases/queries";
import { distance } from "../../format";
import { said } from "../../steward/service";
import { type Suggestion, useSuggestion, useUnits } from "../service";

interface UnitPickerProps {
  district: string | undefined;
  /** The case that is dispatched; without one (several at once) nobody is suggested. */
  of: Case | undefined;
  unit: string;
  assignee: string;
  onChange: (c: { unit: string; assignee: string }) => void;
}

/** Who should have the case and why, who else might, everybody else, and the workers near by. */
export function UnitPicker({ district, of, unit, assignee, onChange }: UnitPickerProps) {
  const { t, i18n } = useTranslation();
  const units = useUnits(district);
  const suggestion = useSuggestion(of, of !== undefined);
  const s = suggestion.data;
  const known = units.data ?? [];
  const other = [s?.unit, s?.runner_up?.unit].filter((u): u is { id: string; name: string } => u !== undefined && !known.some((k) => k.id === u.id));
  const options = [
    ...other.map((u) => ({ value: u.id, label: u.name })),
    ...known.filter((u) => !u.disabled).map((u) => ({ value: u.id, label: `${u.name}（${t(`unit_${u.kind}`)}）` })),
  ];
  return (
    <div className="unit-picker">
      {of && suggestion.isPending ? (
        <Skeleton active paragraph={{ rows: 2 }} title={false} />
      ) : of && suggestion.isError ? (
        <p className="soft">{t("noSuggestion", { why: said(suggestion.error) })}</p>
      ) : (
        s && <Suggested suggestion={s} unit={unit} onChoose={(id) => onChange({ unit: id, assignee: "" })} />
      )}
      <Select
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("unit")}
        placeholder={t("unitHint")}
        value={unit || undefined}
        options={options}
        loading={units.isPending}
        notFoundContent={units.isError ? said(units.error) : t("nothingFits")}
        onChange={(v: string) => onChange({ unit: v, assignee: "" })}
      />
      {s?.workers && s.workers.length > 0 && (
        <Select
          allowClear
          aria-label={t("worker")}
          placeholder={t("workerHint")}
          value={assignee || undefined}
          options={s.workers.map((w) => ({
            value: w.id,
            label: [w.name, w.area.name, w.metres < 1 ? t("workerHere") : distance(w.metres, i18n.language), t("workerOpen", { n: w.open }), w.phone].filter(Boolean).join(" · "),
          }))}
          onChange={(v: string | undefined) => onChange({ unit, assignee: v ?? "" })}
        />
      )}
    </div>
  );
}

/** The suggested unit and the alternative, each to be chosen by one click, with the reasons. */
function Suggested({ suggestion: s, unit, onChoose }: { suggestion: Suggestion; unit: string; onChoose: (id: string) => void }) {
  const { t } = useTranslation();
  const other = s.runner_up;
  const whyOther = other?.why?.find((w) => ["rule", "fallback", "across"].includes(w.code));
  return (
    <div className="suggested">
      <button type="button" className="suggested-unit" aria-pressed={unit === s.unit.id} onClick={() => onChoose(s.unit.id)}>
        <span className="eyebrow">{t(s.fallback ? "suggestedFallback" : "suggested")}</span>
        <strong>{s.unit.name}</strong>
        {s.phone && <span>{s.phone}</span>}
      </button>
      <Reasons suggestion={s} />
      {other && (
        <button type="button" className="suggested-unit second" aria-pressed={unit === other.unit.id} onClick={() => onChoose(other.unit.id)}>
          <span className="eyebrow">{t("runnerUp")}</span>
          <strong>{other.unit.name}</strong>
          {whyOther && <span className="soft">{whyOther.text}</span>}
        </button>
      )}
    </div>
  );
}

/** Why a unit is suggested: the rule, the boundaries, what was left out. */
export function Reasons({ suggestion: s }: { suggestion: Suggestion }) {
  const { t, i18n } = useTranslation();
  const edition = typeof s.edition === "string" ? s.edition : s.edition?.name;
  return (
    <ul className="why">
      {(s.why ?? []).map((w, i) => (
        <li key={`${w.code} ${i}`}>{w.text}</li>
      ))}
      {(s.skipped ?? []).map((x) => (
        <li key={x.rule} className="why-skipped">
          {t("ruleSkipped", { text: [x.name, x.text].filter(Boolean).join("：") })}
        </li>
      ))}
      {s.border && s.border.distance_m < 30 && <li className="why-border">{t("nearBorder", { distance: distance(s.border.distance_m, i18n.language), names: (s.border.names ?? []).slice(0, 2).join("、") })}</li>}
      {edition && <li className="soft">{t("byEdition", { edition })}</li>}
    </ul>
  );
}
