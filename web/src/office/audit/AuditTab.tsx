import { Button, Input, Select, Skeleton, Table, type TableColumnsType } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ask } from "../../api/client";
import type { components } from "../../api/types.gen";
import { useKeys } from "../../steward/keys";
import { said } from "../../steward/service";
import { type AuditView, readAudit, writeAudit } from "../address";
import { moment } from "../format";
import { isID } from "../ids";
import { Mark } from "../Mark";
import { CopyButton } from "../OneTimeLink";
import { useAudit, useDistricts } from "../queries";
import type { Entry } from "../service";
import { go, useWider } from "../where";
import { actorWord, acts, actWord, didWord, objectWord } from "./words";

type Verified = components["schemas"]["VerifyOutputBody"];

const none: AuditView = { actor: "", act: "", result: "", from: "", until: "", district: "" };

/** Who did what, newest first, and whether the chain holds. */
export function AuditTab({ search }: { search: string }) {
  const { t, i18n } = useTranslation();
  const view = readAudit(search);
  const change = (part: Partial<AuditView>) => go(`/office/audit${writeAudit({ ...readAudit(location.search), ...part })}`);
  const found = useAudit(view);
  const districts = useDistricts();
  const narrow = !useWider(900);
  const [opened, setOpened] = useState<readonly number[]>([]);
  const list = useRef<HTMLDivElement>(null);
  const rows = (found.data?.pages ?? []).flatMap((p) => p.entries);
  const names = new Map(rows.filter((r) => isID(r.actor)).map((r) => [r.actor, r.name]));
  const narrowedTo = writeAudit(view) !== "";
  const toggle = (seq: number) => setOpened((now) => (now.includes(seq) ? now.filter((s) => s !== seq) : [...now, seq]));
  const who = (e: Entry) => (isID(e.actor) ? e.name : actorWord(e.actor, t) + (e.actor.startsWith("key:") && e.name ? ` ${e.name}` : ""));

  const step = (by: 1 | -1) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[data-seq]") ?? [])];
    const at = all.findIndex((r) => r === document.activeElement);
    all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]?.focus();
  };
  useKeys({ j: () => step(1), k: () => step(-1) });

  const columns: TableColumnsType<Entry> = [
    {
      title: t("auditTime"),
      width: 168,
      render: (_, e) => (
        <button type="button" className="person-link figures" data-seq={e.seq} aria-expanded={opened.includes(e.seq)} onClick={() => toggle(e.seq)}>
          {moment(e.at, i18n.language, true)}
        </button>
      ),
    },
    {
      title: t("auditWho"),
      width: 150,
      ellipsis: true,
      render: (_, e) => (
        <button type="button" className="link quiet-link" title={t("onlyTheirs")} onClick={() => change({ actor: e.actor })}>
          {who(e)}
        </button>
      ),
    },
    {
      title: t("auditAct"),
      width: narrow ? undefined : 280,
      render: (_, e) => {
        const did = didWord(e, t);
        return (
          <span className="audit-act">
            {did || actWord(e.act, t)}
            {did && <small>{actWord(e.act, t)}</small>}
          </span>
        );
      },
    },
    ...(narrow ? [] : [{ title: t("auditObject"), ellipsis: true, render: (_: unknown, e: Entry) => objectWord(e, names, t) }]),
    {
      title: t("auditResult"),
      width: 92,
      render: (_, e) => (e.result === "done" ? <Mark kind="good" tone="good">{t("result_done")}</Mark> : <Mark kind="off" tone="wrong">{t("result_refused")}</Mark>),
    },
    ...(narrow ? [] : [{ title: t("auditSource"), width: 130, ellipsis: true, dataIndex: "source" }]),
  ];

  const actors = [...new Map(rows.map((r) => [r.actor, who(r)]))].map(([value, label]) => ({ value, label }));
  if (view.actor && !actors.some((a) => a.value === view.actor)) actors.unshift({ value: view.actor, label: isID(view.actor) ? `…${view.actor.slice(-6)}` : actorWord(view.actor, t) });
  const districtOptions = (districts.data?.districts ?? []).map((d) => ({ value: d.code, label: d.name }));

  return (
    <div className="office-page">
      <div className="office-filters" role="search" aria-label={t("filterAudit")}>
        <Select
          data-testid="audit-actor"
          aria-label={t("auditWho")}
          placeholder={t("anybody")}
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          popupMatchSelectWidth={false}
          className="audit-actor"
          value={view.actor || undefined}
          onChange={(actor?: string) => change({ actor: actor ?? "" })}
          options={actors}
        />
        <Select
          data-testid="audit-act"
          aria-label={t("auditAct")}
          placeholder={t("anyAct")}
          allowClear
          popupMatchSelectWidth={false}
          listHeight={480}
          value={view.act || undefined}
          onChange={(act?: string) => change({ act: act ?? "" })}
          options={acts.map((a) => ({ value: a, label: actWord(a, t) }))}
        />
        <Select
          data-testid="audit-result"
          aria-label={t("auditResult")}
          placeholder={t("anyResult")}
          allowClear
          value={view.result || undefined}
          onChange={(result?: AuditView["result"]) => change({ result: result ?? "" })}
          options={[
            { value: "done", label: t("result_done") },
            { value: "refused", label: t("result_refused") },
          ]}
        />
        {districtOptions.length > 0 && (
          <Select
            aria-label={t("level_district")}
            placeholder={t("anyDistrict")}
            allowClear
            popupMatchSelectWidth={false}
            value={view.district || undefined}
            onChange={(district?: string) => change({ district: district ?? "" })}
            options={districtOptions}
          />
        )}
        <span className="audit-days">
          <Input type="date" aria-label={t("fromDay")} value={view.from} max={view.until || undefined} onChange={(e) => change({ from: e.target.value })} />
          <span aria-hidden="true">–</span>
          <Input type="date" aria-label={t("untilDay")} value={view.until} min={view.from || undefined} onChange={(e) => change({ until: e.target.value })} />
        </span>
        {narrowedTo && (
          <Button type="link" onClick={() => change(none)}>
            {t("clearFilters")}
          </Button>
        )}
        <span className="office-filters-rest">
          <Button href="/api/v1/audit/export" download>
            {t("auditExport")}
          </Button>
        </span>
      </div>
      <Verify />
      <div className="office-scroll" ref={list}>
        {found.isPending ? (
          <Skeleton active className="office-wait" paragraph={{ rows: 10 }} />
        ) : found.isError && rows.length === 0 ? (
          <div className="office-plain" data-testid="audit-wrong">
            <p className="wrong">{said(found.error)}</p>
            <Button onClick={() => (narrowedTo ? change(none) : void found.refetch())}>{t(narrowedTo ? "clearFilters" : "retry")}</Button>
          </div>
        ) : rows.length === 0 ? (
          <div className="office-plain" data-testid="audit-empty">
            <h2>{t("auditNothing")}</h2>
            <p>{t(narrowedTo ? "nobodyFoundHint" : "auditNothingHint")}</p>
            {narrowedTo && <Button onClick={() => change(none)}>{t("clearFilters")}</Button>}
          </div>
        ) : (
          <Table
            size="small"
            className="office-table"
            rowKey="seq"
            columns={columns}
            dataSource={rows}
            pagination={false}
            expandable={{
              expandedRowKeys: opened,
              showExpandColumn: false,
              expandedRowRender: (e) => <Whole entry={e} object={objectWord(e, names, t)} />,
            }}
            onRow={(e) => ({
              onClick: (event) => {
                if (!(event.target as HTMLElement).closest("button, a")) toggle(e.seq);
              },
            })}
          />
        )}
      </div>
      {rows.length > 0 && (
        <footer className="office-count">
          <span>{t(found.hasNextPage ? "rowsSoFar" : "rowsAll", { n: rows.length })}</span>
          {found.hasNextPage && (
            <Button size="small" aria-busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t("more")}
            </Button>
          )}
        </footer>
      )}
    </div>
  );
}

/** All of one row, as it is kept. */
function Whole({ entry, object }: { entry: Entry; object: string }) {
  const { t } = useTranslation();
  const facts: [string, string][] = [
    [t("auditSeq"), String(entry.seq)],
    [t("auditObject"), object === entry.object ? object : `${object}（${entry.object}）`],
    [t("auditActor"), entry.actor],
    [t("auditActName"), entry.act],
    ...(entry.district ? ([[t("level_district"), entry.district]] as [string, string][]) : []),
    [t("auditSource"), entry.source || "–"],
    [t("auditHash"), entry.hash],
  ];
  return (
    <div className="audit-whole" data-testid="audit-whole">
      <dl>
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {entry.detail !== undefined && <pre className="office-code">{JSON.stringify(entry.detail, null, 2)}</pre>}
    </div>
  );
}

/** Goes through the whole chain, and says what it found. */
function Verify() {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<Verified | null>(null);
  const [wrong, setWrong] = useState("");
  async function verify() {
    if (busy) return;
    setBusy(true);
    setWrong("");
    try {
      setResult(await ask(api.GET("/api/v1/audit/verification")));
    } catch (error) {
      setWrong(said(error));
    }
    setBusy(false);
  }
  const faults = result?.faults ?? [];
  return (
    <div className="audit-verify" role="status" data-testid="verify">
      <Button aria-busy={busy} onClick={() => void verify()}>
        {t("auditVerify")}
      </Button>
      {wrong ? (
        <span className="wrong">{wrong}</span>
      ) : !result ? (
        <span className="soft">{t("auditVerifyHint")}</span>
      ) : faults.length === 0 ? (
        <>
          <Mark kind="good" tone="good">
            {t("auditHolds", { n: result.rows })}
          </Mark>
          <code className="audit-hash" title={result.last}>
            {result.last.slice(0, 16)}…
          </code>
          <CopyButton plain label={t("copyHash")} text={`${result.rows} ${result.last}`} />
        </>
      ) : (
        <div className="audit-faults">
          <Mark kind="warn" tone="wrong">
            {t("auditBroken", { n: faults.length, rows: result.rows })}
          </Mark>
          <ul>
            {faults.map((f, i) => (
              <li key={i}>{t("auditFault", { seq: f.seq, text: f.text })}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
