import { useQueryClient } from "@tanstack/react-query";
import { Button, Input, Select, Table } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useNotify } from "../../steward/notice";
import { said } from "../../steward/service";
import { Field } from "../Field";
import { isoDay } from "../format";
import { type CategoryImport, importClasses } from "./service";

/** Brings in an edition of the classes from a table: tried first, kept as a draft afterwards. */
export function ImportClasses({ district, onClose }: { district: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notify = useNotify();
  const input = useRef<HTMLInputElement>(null);
  const [about, setAbout] = useState({ name: "", valid_from: isoDay(), source: "", order: "gb30428" });
  const [file, setFile] = useState<File | null>(null);
  const [result, setResult] = useState<CategoryImport | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const set = (change: Partial<typeof about>) => {
    setAbout({ ...about, ...change });
    setResult(null); // it was tried with other words
  };
  async function send(f: File, commit: boolean) {
    if (busy) return;
    setBusy(true);
    setWrong("");
    setFile(f);
    try {
      const got = await importClasses(f, { district, ...about }, commit);
      if (got.committed) {
        void queries.invalidateQueries({ queryKey: ["category-editions"] });
        notify({ text: t("std_kept", { name: got.name }) });
        onClose();
        return;
      }
      setResult(got);
    } catch (error) {
      setResult(null);
      setWrong(said(error));
    }
    setBusy(false);
  }
  return (
    <div className="import std-import">
      <header className="import-head">
        <div>
          <h2>{t("std_import")}</h2>
          <p className="soft">{t("std_importLead")}</p>
        </div>
        <div className="office-actions">
          <Button href={`/api/v1/categories/template?district=${encodeURIComponent(district)}`} download>
            {t("std_template")}
          </Button>
          <Button onClick={onClose}>{t("std_back")}</Button>
        </div>
      </header>
      <div className="std-fields">
        <Field label={t("std_editionName")}>{(id) => <Input id={id} value={about.name} maxLength={60} onChange={(e) => set({ name: e.target.value })} />}</Field>
        <Field label={t("std_validFrom")}>{(id) => <Input id={id} type="date" value={about.valid_from} onChange={(e) => set({ valid_from: e.target.value })} />}</Field>
        <Field label={t("std_order")} hint={t("std_orderHint")}>
          {(id) => <Select id={id} value={about.order} onChange={(order) => set({ order })} options={["gb30428", "cjt214"].map((o) => ({ value: o, label: t(`std_order_${o}`) }))} />}
        </Field>
        <Field label={t("std_source")}>{(id) => <Input id={id} value={about.source} maxLength={300} onChange={(e) => set({ source: e.target.value })} />}</Field>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.xlsx,.txt"
        data-testid="classes-file"
        aria-label={t("std_choose")}
        onChange={(e) => {
          const [first] = e.target.files ?? [];
          if (first) void send(first, false);
          e.target.value = "";
        }}
      />
      <div className="office-actions">
        <Button type={result ? "default" : "primary"} aria-busy={busy} onClick={() => input.current?.click()}>
          {t("std_choose")}
        </Button>
        {file && (
          <Button disabled={busy} onClick={() => void send(file, false)}>
            {t("std_again")}
          </Button>
        )}
        {file && <b>{file.name}</b>}
      </div>
      {wrong && (
        <p className="wrong" role="alert">
          {wrong}
        </p>
      )}
      {result && <Tried result={result} busy={busy} onKeep={() => file && void send(file, true)} />}
    </div>
  );
}

/** What is wrong with the table, by line; and what it changes. */
function Tried({ result, busy, onKeep }: { result: CategoryImport; busy: boolean; onKeep: () => void }) {
  const { t } = useTranslation();
  const bad = result.refused > 0;
  return (
    <>
      <p data-testid="classes-sum">
        {bad ? <b className="wrong">{t("std_problems", { n: result.refused })}</b> : t("std_sum", { rows: result.rows, classes: result.classes, against: result.against, changes: result.changes })}
        {result.ignored.length > 0 && <span className="soft"> {t("std_ignored", { names: result.ignored.join(t("listComma")) })}</span>}
      </p>
      <div className="office-scroll import-rows" role="region" tabIndex={0} aria-label={t(bad ? "std_problem" : "std_difference")}>
        {bad ? (
          <Table
            size="small"
            className="office-table"
            pagination={false}
            rowKey={(p) => `${p.line} ${p.code} ${p.value}`}
            dataSource={result.problems}
            columns={[
              { title: t("std_line"), width: 80, render: (_, p) => (p.line > 0 ? p.line : t("std_whole")) },
              { title: t("std_problem"), render: (_, p) => <span className="cell-wrong">{p.text}{p.value && `：${p.value}`}</span> },
            ]}
          />
        ) : (
          <Table
            size="small"
            className="office-table"
            pagination={false}
            rowKey={(d) => d.what + d.kind + d.code}
            dataSource={result.differences}
            columns={[
              { title: t("std_difference"), width: 140, render: (_, d) => t(`std_what_${d.what}`) },
              { title: t("std_code"), width: 130, render: (_, d) => `${t(`std_kind_${d.kind}`)} ${d.code}` },
              { title: t("std_name"), render: (_, d) => (d.was ? `${d.name}（${t("std_was", { name: d.was })}）` : d.name) },
            ]}
          />
        )}
      </div>
      <footer className="import-foot">
        <Button type="primary" size="large" disabled={bad} aria-busy={busy} onClick={onKeep}>
          {t("std_keep")}
        </Button>
      </footer>
    </>
  );
}
