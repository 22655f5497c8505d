import "./subjects.css";

import { Button, Drawer, Input, Segmented, Select, Skeleton, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { said } from "../../steward/service";
import { DistrictPick, useDistrict } from "../duty/District";
import { Mark } from "../Mark";
import { useWider } from "../where";
import { Gaps } from "./Gaps";
import { type AreaName, type Kind, type KindField, type Subject, type SubjectView, useKinds, useSubjects } from "./queries";
import { SubjectForm } from "./SubjectForm";
import { shown } from "./values";

const everything: SubjectView = { text: "", active: "true", form: "", stale: false };

/** What the district keeps about its places: a list of each kind, and a form made from its fields. */
export function SubjectsTab() {
  const { t } = useTranslation();
  const kinds = useKinds();
  const [name, setName] = useState("");
  const kind = kinds.data?.find((k) => k.kind === name) ?? kinds.data?.[0];
  if (kinds.isError) return <p className="office-plain wrong">{said(kinds.error)}</p>;
  if (!kinds.data || !kind) return <Skeleton active className="office-wait" />;
  return (
    <div className="office-page">
      <div className="subject-kinds">
        <Segmented aria-label={t("subjectKind")} value={kind.kind} onChange={setName} options={kinds.data.map((k) => ({ value: k.kind, label: k.word }))} />
      </div>
      <SubjectList key={kind.kind} kind={kind} kinds={kinds.data} />
    </div>
  );
}

function SubjectList({ kind, kinds }: { kind: Kind; kinds: Kind[] }) {
  const { t } = useTranslation();
  const of = useDistrict();
  const [view, setView] = useState(everything);
  const [open, setOpen] = useState<Subject | "new" | null>(null);
  const [covering, setCovering] = useState<AreaName | null>(null);
  const narrow = !useWider(900);
  const found = useSubjects(kind, of.district, view);
  const rows = found.data?.pages.flatMap((p) => p.subjects) ?? [];
  const forms = kind.fields.find((f) => f.name === "form")?.choices ?? [];
  const change = (part: Partial<SubjectView>) => setView({ ...view, ...part });
  const columns = columnsOf(kind, narrow, t, setOpen);
  const add = kind.write && (
    <Button type="primary" onClick={() => setOpen("new")}>
      {t("addSubject", { kind: kind.word })}
    </Button>
  );
  const close = () => {
    setOpen(null);
    setCovering(null);
  };
  return (
    <>
      {kind.kind === "party_org" && (
        <Gaps
          district={of.district}
          write={kind.write}
          stale={view.stale}
          onStale={(stale) => change({ stale })}
          onFound={(area) => {
            setCovering(area);
            setOpen("new");
          }}
        />
      )}
      <div className="office-filters">
        <Input.Search className="subject-find" aria-label={t("subjectFind")} placeholder={t("subjectFind")} allowClear onSearch={(text) => change({ text: text.trim() })} />
        {forms.length > 0 && <Select aria-label={t("subjectForm")} value={view.form} onChange={(form) => change({ form })} popupMatchSelectWidth={false} options={[{ value: "", label: t("subjectAllForms") }, ...forms.map((f) => ({ value: f.code, label: f.word }))]} />}
        <Select aria-label={t("subjectActive")} value={view.active} onChange={(active) => change({ active })} options={(["true", "false", "all"] as const).map((a) => ({ value: a, label: t(`subjectActive_${a}`) }))} />
        <span className="office-filters-rest">
          <DistrictPick of={of} />
          {add}
        </span>
      </div>
      <div className="office-scroll">
        {found.isError ? (
          <div className="office-plain">
            <p className="wrong">{said(found.error)}</p>
            <Button onClick={() => void found.refetch()}>{t("retry")}</Button>
          </div>
        ) : found.isPending ? (
          of.none ? <p className="office-plain">{t("noBoundariesYet")}</p> : <Skeleton active className="office-wait" />
        ) : rows.length === 0 ? (
          <div className="office-plain">
            <h2>{t("noSubjects", { kind: kind.word })}</h2>
            <p>{t(view === everything ? "noSubjectsHint" : "noSubjectsFound")}</p>
            {view !== everything && <Button onClick={() => setView(everything)}>{t("subjectShowAll")}</Button>}
          </div>
        ) : (
          <>
            <Table size="small" tableLayout="fixed" className="office-table" rowKey="id" columns={columns} dataSource={rows} pagination={false} rowClassName={(s) => (s.active ? "" : "off")} />
            {found.hasNextPage && (
              <p className="subject-more">
                <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                  {t("subjectMore")}
                </Button>
              </p>
            )}
          </>
        )}
      </div>
      {open && (
        <Drawer open title={open === "new" ? t("addSubject", { kind: kind.word }) : open.name} size={Math.min(560, window.innerWidth)} onClose={close} destroyOnHidden>
          <SubjectForm key={open === "new" ? "new" : `${open.id} ${open.version}`} kind={kind} kinds={kinds} district={of.district} subject={open === "new" ? undefined : open} covering={covering} onDone={close} />
        </Drawer>
      )}
    </>
  );
}

/** The name, whose it is, and the first fields that say most. */
function columnsOf(kind: Kind, narrow: boolean, t: (key: string) => string, onOpen: (s: Subject) => void): TableColumnsType<Subject> {
  const told: KindField[] = kind.fields.filter((f) => f.type !== "areas" && f.name !== "address").slice(0, 4);
  const columns: TableColumnsType<Subject> = [
    {
      title: t("subjectName"),
      width: narrow ? undefined : "28%",
      render: (_, s) => (
        <>
          <button type="button" className="person-link" onClick={() => onOpen(s)}>
            {s.name}
          </button>
          {s.stale && <Mark kind="wait" tone="warn">{t("subjectToConfirm")}</Mark>}
          {narrow && <small className="duty-under">{[s.area?.name, ...told.map((f) => shown(f, s, t))].filter(Boolean).join(" · ")}</small>}
        </>
      ),
    },
  ];
  if (narrow) return columns;
  return [...columns, { title: t("subjectArea"), render: (_, s) => s.area?.name ?? "–" }, ...told.map((f) => ({ title: f.word, align: f.type === "whole" || f.type === "money" ? ("right" as const) : ("left" as const), render: (_: unknown, s: Subject) => shown(f, s, t) || "–" }))];
}
