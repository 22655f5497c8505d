import "./duty.css";

import { Button, Drawer, Skeleton, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "../../session/session";
import { said } from "../../steward/service";
import { Mark } from "../Mark";
import { useWider } from "../where";
import { DistrictPick, useDistrict } from "./District";
import { type Rule, useRules, useUnits } from "./queries";
import { dailyText } from "./rule";
import { RuleForm } from "./RuleForm";
import { TryIt } from "./TryIt";

/** The rules of who answers for what, and a place to try them. */
export function RulesTab({ me }: { me: Me }) {
  const { t } = useTranslation();
  const of = useDistrict();
  const found = useRules(of.district);
  const units = useUnits(of.district);
  const narrow = !useWider(900);
  const [open, setOpen] = useState<string | null>(null); // an id, or "new"
  const mayWrite = me.may.includes("settings");
  const rules = found.data ?? [];
  const broken = rules.filter((r) => r.broken.length > 0).length;
  const chosen = rules.find((r) => r.id === open);

  const columns: TableColumnsType<Rule> = [
    {
      title: t("ruleName"),
      width: narrow ? undefined : "22%",
      render: (_, r) => (
        <>
          {mayWrite ? (
            <button type="button" className="person-link" onClick={() => setOpen(r.id)}>
              {r.name}
            </button>
          ) : (
            <b>{r.name}</b>
          )}
          {narrow && <small className="duty-under">{`${t(`ruleBasis_${r.basis}`)} · ${r.unit.name} · ${classesOf(r, t)}`}</small>}
          <Broken rule={r} />
        </>
      ),
    },
    ...(narrow
      ? []
      : ([
          { title: t("ruleBasis"), width: "7%", render: (_, r) => t(`ruleBasis_${r.basis}`) },
          { title: t("ruleCodes"), width: "34%", render: (_, r) => <span title={r.classes.map((c) => `${c.code} ${c.name ?? ""}`).join("\n")}>{classesOf(r, t)}</span> },
          { title: t("ruleWhere"), width: "12%", render: (_, r) => (r.areas.length === 0 ? t("ruleWhere_all") : r.areas.map((a) => a.name ?? a.code ?? "–").join(t("listComma"))) },
          { title: t("ruleWhen"), width: "9%", render: (_, r) => (r.state !== "present" ? t(`ruleState_${r.state}`) : dailyText(r.daily) || t("ruleAlways")) },
          { title: t("ruleUnit"), width: "16%", render: (_, r) => r.unit.name },
        ] satisfies TableColumnsType<Rule>)),
  ];
  const add = mayWrite && (
    <Button type="primary" disabled={!units.data?.length} onClick={() => setOpen("new")}>
      {t("addRule")}
    </Button>
  );
  return (
    <div className="office-page">
      <div className="office-filters">
        <p className="soft duty-lead">{of.none ? t("noBoundariesYet") : t("rulesLead")}</p>
        <span className="office-filters-rest">
          <DistrictPick of={of} />
          {rules.length > 0 && add}
        </span>
      </div>
      <div className="office-scroll">
        {broken > 0 && (
          <p className="duty-broken" role="status">
            <Mark kind="warn" tone="wrong">{t("brokenRules", { n: broken })}</Mark>
          </p>
        )}
        {of.district && <TryIt district={of.district} />}
        {found.isError ? (
          <div className="office-plain">
            <p className="wrong">{said(found.error)}</p>
            <Button onClick={() => void found.refetch()}>{t("retry")}</Button>
          </div>
        ) : found.isPending ? (
          !of.none && <Skeleton active className="office-wait" />
        ) : rules.length === 0 ? (
          <div className="office-plain">
            <h2>{t("noRules")}</h2>
            <p>{t(units.data?.length === 0 ? "noUnitsHint" : "noRulesHint")}</p>
            {add}
          </div>
        ) : (
          <Table size="small" tableLayout="fixed" className="office-table keys-table duty-table" rowKey="id" columns={columns} dataSource={rules} pagination={false} rowClassName={(r) => (r.state === "ended" ? "off" : "")} />
        )}
      </div>
      {open && (open === "new" || chosen) && (
        <Drawer open title={chosen?.name ?? t("addRule")} size={Math.min(560, window.innerWidth)} onClose={() => setOpen(null)} destroyOnHidden>
          <RuleForm key={`${open} ${chosen?.version ?? 0}`} district={of.district} rule={chosen} units={units.data ?? []} onDone={() => setOpen(null)} />
        </Drawer>
      )}
    </div>
  );
}

/** The classes of a rule in a few words. */
function classesOf(r: Rule, t: (key: string) => string): string {
  const kind = r.kind ? t(`ruleKind_${r.kind}`) : "";
  if (r.classes.length === 0) return kind || t("ruleAllClasses");
  const shown = r.classes.slice(0, 3).map((c) => `${c.code} ${c.name ?? ""}`.trim());
  return `${kind}：${shown.join(t("listComma"))}${r.classes.length > shown.length ? ` +${r.classes.length - shown.length}` : ""}`;
}

/** What is wrong with a rule and what to do. */
function Broken({ rule }: { rule: Rule }) {
  const { t } = useTranslation();
  if (rule.broken.length === 0) return null;
  return (
    <ul className="duty-faults">
      {rule.broken.map((b) => (
        <li key={`${b.code} ${b.what}`}>
          {b.text}
          {!b.code.startsWith("unit_") && t("brokenWhat", { what: b.what })}
        </li>
      ))}
    </ul>
  );
}
