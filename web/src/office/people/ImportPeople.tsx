import { useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Skeleton, Table, type TableColumnsType } from "antd";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { roleWord } from "../../session/roles";
import { said } from "../../steward/service";
import { useDropAnywhere } from "../../steward/upload/useDropAnywhere";
import { Mark, type MarkKind } from "../Mark";
import { CopyButton } from "../OneTimeLink";
import { type Imported, type ImportLink, importPeople, type ImportRow } from "../service";
import { csvOf } from "./csv";

const accepted = ".csv,.xlsx,.txt";
const marks: Record<ImportRow["does"], [MarkKind, "good" | "warn" | "wrong" | "quiet"]> = {
  add: ["add", "good"],
  post: ["add", "good"],
  same: ["same", "quiet"],
  refuse: ["warn", "wrong"],
};

/** Brings in people from a table: first what would be done row by row, then all of it or nothing. */
export function ImportPeople({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  const [result, setResult] = useState<Imported | null>(null);
  const [busy, setBusy] = useState<"" | "look" | "commit">("");
  const [wrong, setWrong] = useState("");

  async function send(f: File, commit: boolean) {
    if (busy) return;
    setBusy(commit ? "commit" : "look");
    setWrong("");
    if (!commit) setResult(null);
    setFile(f);
    try {
      setResult(await importPeople(f, commit));
      if (commit) void queries.invalidateQueries({ queryKey: ["people"] });
    } catch (error) {
      setWrong(said(error));
    }
    setBusy("");
  }
  const choose = (files: File[]) => {
    const [first] = files;
    if (first && !result?.committed) void send(first, false);
  };
  useDropAnywhere(choose);
  function drop(e: DragEvent) {
    e.preventDefault();
    setOver(false);
    choose([...e.dataTransfer.files]);
  }

  const chooser = (
    <input
      ref={input}
      type="file"
      hidden
      accept={accepted}
      data-testid="people-file"
      aria-label={t("chooseList")}
      onChange={(e) => {
        const files = [...(e.target.files ?? [])];
        e.target.value = "";
        choose(files);
      }}
    />
  );

  return (
    <div className="import" data-testid="people-import">
      <header className="import-head">
        <div>
          <h2>{t("importTitle")}</h2>
          <p className="soft">{t("importLead")}</p>
        </div>
        <div className="office-actions">
          <Button href="/api/v1/people/import-template" download>
            {t("importTemplate")}
          </Button>
          <Button onClick={onClose}>{t(result?.committed ? "importDone" : "backToPeople")}</Button>
        </div>
      </header>
      {chooser}
      {result?.committed ? (
        <Links result={result} />
      ) : (
        <div
          className={`import-drop ${over ? "over" : ""} ${result ? "small" : ""}`}
          data-testid="people-drop"
          onDragOver={(e) => {
            e.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          {result && file ? (
            <p>
              <b>{file.name}</b>
            </p>
          ) : (
            <>
              <p className="import-drop-title">{t("dropList")}</p>
              <p className="soft">{t("dropListFormats")}</p>
            </>
          )}
          <Button type={result ? "default" : "primary"} aria-busy={busy === "look"} onClick={() => input.current?.click()}>
            {t(result ? "otherList" : "chooseList")}
          </Button>
          {result && file && (
            <Button onClick={() => void send(file, false)} disabled={busy !== ""}>
              {t("lookAgain")}
            </Button>
          )}
        </div>
      )}
      {wrong && (
        <p className="wrong import-wrong" role="alert" data-testid="import-wrong">
          {wrong}
        </p>
      )}
      {busy === "look" && <Skeleton active />}
      {result && !result.committed && file && <Preview result={result} busy={busy === "commit"} onCommit={() => void send(file, true)} />}
    </div>
  );
}

/** What each row would do, with what is wrong beside it. */
function Preview({ result, busy, onCommit }: { result: Imported; busy: boolean; onCommit: () => void }) {
  const { t, i18n } = useTranslation();
  const [wrongOnly, setWrongOnly] = useState(false);
  const bad = result.rows.filter((r) => r.does === "refuse").length;
  const rows = wrongOnly ? result.rows.filter((r) => (r.problems?.length ?? 0) > 0) : result.rows;
  const problemsOf = (r: ImportRow, ...fields: string[]) => (r.problems ?? []).filter((p) => fields.includes(p.field));
  const shownFields = ["name", "phone", "login", "department", "role", "duties", "area", "district", "level", "from", "until"];
  const cell = (text: string, r: ImportRow, ...fields: string[]) => {
    const problems = problemsOf(r, ...fields);
    return (
      <span className={problems.length > 0 ? "cell-wrong" : undefined}>
        {text || (problems.length > 0 ? t("emptyCell") : "–")}
        {problems.map((p) => (
          <small key={p.code}>{p.text}</small>
        ))}
      </span>
    );
  };
  const columns: TableColumnsType<ImportRow> = [
    { title: t("importLine"), dataIndex: "line", width: 56, align: "right" },
    {
      title: t("importDoes"),
      width: 128,
      render: (_, r) => {
        const [kind, tone] = marks[r.does];
        const rest = (r.problems ?? []).filter((p) => !shownFields.includes(p.field));
        return (
          <span className={rest.length > 0 ? "cell-wrong" : undefined}>
            <Mark kind={kind} tone={tone}>
              {t(`does_${r.does}`)}
            </Mark>
            {rest.map((p) => (
              <small key={p.code}>{p.text}</small>
            ))}
          </span>
        );
      },
    },
    { title: t("column_name"), width: 110, render: (_, r) => cell(r.name, r, "name") },
    { title: t("field_phone"), width: 140, render: (_, r) => cell(r.phone, r, "phone") },
    { title: t("field_login"), width: 140, render: (_, r) => cell(r.login, r, "login") },
    { title: t("field_department"), width: 130, render: (_, r) => cell(r.department, r, "department") },
    {
      title: t("role"),
      width: 150,
      render: (_, r) => cell([r.role && roleWord(r.role, i18n.language), ...(r.duties ?? []).map((d) => t(`duty_${d}`))].filter(Boolean).join(" "), r, "role", "duties"),
    },
    { title: t("postArea"), width: 200, render: (_, r) => cell(r.area ? `${r.area.name} ${r.area.code}` : r.area_text, r, "area", "district", "level") },
    { title: t("importDays"), width: 190, render: (_, r) => cell([r.from, r.until && `${t("till")} ${r.until}`].filter(Boolean).join(" "), r, "from", "until") },
  ];
  const nothing = result.adds + result.grants === 0;
  return (
    <>
      <div className="import-sum" data-testid="import-sum">
        <p>
          {t("importSum", { rows: result.rows.length, adds: result.adds, grants: result.grants })}
          {bad > 0 && <b className="wrong"> {t("importBad", { n: bad })}</b>}
        </p>
        {(result.ignored?.length ?? 0) > 0 && <p className="soft">{t("importIgnored", { names: result.ignored?.join(t("listComma")) })}</p>}
        <Checkbox checked={wrongOnly} disabled={bad === 0 && !wrongOnly} onChange={(e) => setWrongOnly(e.target.checked)}>
          {t("wrongOnly")}
        </Checkbox>
      </div>
      <div className="office-scroll import-rows" role="region" tabIndex={0} aria-label={t("importDoes")}>
        <Table size="small" className="office-table" rowKey="line" columns={columns} dataSource={rows} pagination={rows.length > 200 ? { pageSize: 200, showSizeChanger: false, size: "small" } : false} rowClassName={(r) => (r.does === "refuse" ? "refused" : "")} locale={{ emptyText: t("importNoRows") }} />
      </div>
      <footer className="import-foot">
        <Button type="primary" size="large" disabled={bad > 0 || nothing} aria-busy={busy} aria-describedby="import-why" onClick={onCommit}>
          {t("importCommit", { n: result.adds + result.grants })}
        </Button>
        <span id="import-why" className={bad > 0 ? "wrong" : "soft"}>
          {bad > 0 ? t("importWhyNot", { n: bad }) : nothing ? t("importNothing") : t("importAllOrNone")}
        </span>
      </footer>
    </>
  );
}

/** The one-time links of those who were added, shown once. */
function Links({ result }: { result: Imported }) {
  const { t } = useTranslation();
  const links = result.links ?? [];
  const url = (l: ImportLink) => location.origin + l.path;
  const download = () => {
    const rows = [[t("column_name"), t("field_login"), t("linkColumn")], ...links.map((l) => [l.name, l.login, url(l)])];
    const href = URL.createObjectURL(new Blob(["\uFEFF", csvOf(rows)], { type: "text/csv;charset=utf-8" }));
    const a = document.createElement("a");
    a.href = href;
    a.download = `${t("linksFile")}.csv`;
    a.click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  };
  return (
    <section className="import-links" data-testid="import-links">
      <p className="office-done">{t("imported", { adds: result.adds, grants: result.grants })}</p>
      {links.length > 0 && (
        <>
          <p>{t("linksOnce")}</p>
          <div className="office-actions">
            <CopyButton label={t("copyAll")} text={links.map((l) => `${l.name}\t${l.login}\t${url(l)}`).join("\n")} />
            <Button onClick={download}>{t("downloadLinks")}</Button>
          </div>
          <div className="office-scroll" role="region" tabIndex={0} aria-label={t("linkColumn")}>
            <Table
              size="small"
              className="office-table"
              rowKey="line"
              pagination={false}
              dataSource={links}
              columns={[
                { title: t("column_name"), dataIndex: "name", width: 140 },
                { title: t("field_login"), dataIndex: "login", width: 160 },
                { title: t("linkColumn"), render: (_, l) => <code className="office-code">{url(l)}</code> },
              ]}
            />
          </div>
        </>
      )}
    </section>
  );
}
