import "./standard.css";

import { useQueryClient } from "@tanstack/react-query";
import { Button, Input, Popconfirm, Select, Skeleton, Table, type TableColumnsType } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "../../session/session";
import { useNotify } from "../../steward/notice";
import { said } from "../../steward/service";
import { Mark, type MarkKind } from "../Mark";
import { useDistricts } from "../queries";
import { writeOnce } from "../service";
import { DistrictPick } from "./DistrictPick";
import { ImportClasses } from "./ImportClasses";
import { type CategoryEdition, type CategoryMinor, maySet, useClasses, useEditions } from "./service";

const marks: Record<CategoryEdition["state"], [MarkKind, "good" | "warn" | "quiet"]> = { draft: ["wait", "warn"], coming: ["wait", "warn"], current: ["good", "good"], past: ["off", "quiet"] };

/** The classes of events and components by edition: looked through, brought in, put into force. */
export function ClassesTab({ me }: { me: Me }) {
  const { t } = useTranslation();
  const districts = useDistricts();
  const [chosen, setDistrict] = useState("");
  const district = chosen || (districts.data?.districts[0]?.code ?? "");
  const editions = useEditions(district);
  const [picked, setPicked] = useState("");
  const list = editions.data ?? [];
  const edition = list.find((e) => e.name === picked) ?? list.find((e) => e.state === "current");
  const [text, setText] = useState("");
  const [kind, setKind] = useState<"" | "event" | "component">("");
  const q = useDeferredValue(text.trim());
  const classes = useClasses(district, edition?.name ?? "", q, kind);
  const [importing, setImporting] = useState(false);
  if (importing) return <ImportClasses district={district} onClose={() => setImporting(false)} />;
  const majors = new Map((classes.data?.majors ?? []).map((m) => [m.kind + m.code, m.name]));
  const columns: TableColumnsType<CategoryMinor> = [
    { title: t("std_code"), width: 92, render: (_, m) => <span className="std-code">{m.code}</span> },
    {
      title: t("std_name"),
      width: 220,
      render: (_, m) => (
        <>
          <b>{m.name}</b>
          <small className="std-under">
            {t(`std_kind_${m.kind}`)} · {majors.get(m.kind + m.code.slice(0, 2))}
            {m.local && ` · ${t("std_local")}`}
          </small>
        </>
      ),
    },
    { title: t("std_conditions"), render: (_, m) => <Conditions minor={m} /> },
  ];
  return (
    <div className="office-page">
      <div className="office-filters">
        <DistrictPick value={district} onChange={setDistrict} />
        <Select
          className="std-edition"
          aria-label={t("std_edition")}
          value={edition?.name}
          loading={editions.isPending}
          onChange={setPicked}
          options={list.map((e) => ({ value: e.name, label: `${e.name} · ${t(`std_state_${e.state}`)}` }))}
        />
        <Select aria-label={t("std_both")} value={kind} onChange={setKind} options={[{ value: "" as const, label: t("std_both") }, ...(["event", "component"] as const).map((k) => ({ value: k, label: t(`std_kind_${k}`) }))]} />
        <Input.Search className="people-search" allowClear aria-label={t("std_find")} placeholder={t("std_find")} value={text} onChange={(e) => setText(e.target.value)} />
        <span className="office-filters-rest">
          {edition && maySet(me) && edition.state === "draft" && <Activate district={district} name={edition.name} />}
          {maySet(me) && (
            <Button type="primary" disabled={!district} onClick={() => setImporting(true)}>
              {t("std_import")}
            </Button>
          )}
        </span>
      </div>
      {edition && (
        <p className="std-about soft">
          <Mark kind={marks[edition.state][0]} tone={marks[edition.state][1]}>
            {t(`std_state_${edition.state}`)}
          </Mark>
          <span>{t("std_classes", { n: edition.classes })}</span>
          <span>{edition.valid_from}</span>
          <span>{edition.source}</span>
        </p>
      )}
      <div className="office-scroll" role="region" tabIndex={0} aria-label={t("tab_classes")}>
        {classes.isError || editions.isError ? (
          <p className="office-plain wrong">{said(classes.error ?? editions.error)}</p>
        ) : !classes.data ? (
          <Skeleton active className="office-wait" />
        ) : (
          <Table size="small" className="office-table" rowKey={(m) => m.kind + m.code} columns={columns} dataSource={classes.data.minors} pagination={{ pageSize: 100, showSizeChanger: false, size: "small", hideOnSinglePage: true }} locale={{ emptyText: t("std_none") }} />
        )}
      </div>
    </div>
  );
}

function Conditions({ minor }: { minor: CategoryMinor }) {
  const { t } = useTranslation();
  return (
    <ul className="std-conditions">
      {minor.conditions.map((c) => (
        <li key={c.filing}>
          <span>
            {c.filing}
            {c.numbered && <em className="soft"> {t("std_numbered")}</em>}
            {c.closing && ` → ${c.closing}`}
          </span>
          <b>{c.phases.map((p) => [p.name, p.limit].filter(Boolean).join(" ")).join(" → ")}</b>
        </li>
      ))}
    </ul>
  );
}

function Activate({ district, name }: { district: string; name: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notify = useNotify();
  async function activate() {
    try {
      await writeOnce("POST", `/api/v1/categories/editions/${encodeURIComponent(name)}/activation?district=${encodeURIComponent(district)}`, {});
      notify({ text: t("std_activated", { name }) });
    } catch (error) {
      notify({ text: said(error), kind: "wrong" });
    }
    void queries.invalidateQueries({ queryKey: ["category-editions"] });
  }
  return (
    <Popconfirm title={t("std_activateAsk", { name })} description={<p className="std-ask">{t("std_activateText")}</p>} okText={t("std_activate")} cancelText={t("officeCancel")} onConfirm={() => void activate()}>
      <Button>{t("std_activate")}</Button>
    </Popconfirm>
  );
}
