import { Button, Select, Skeleton, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Bounds } from "../map/levels";
import { inForce } from "./edition/status";
import { growth, patch, share } from "./format";
import { useDiff } from "./queries";
import { type Difference, type Edition, said } from "./service";

interface DiffStepProps {
  edition: Edition;
  editions: Edition[];
  onArea: (code: string, bbox: Bounds) => void;
  onNext: (() => void) | null;
}

const kinds: Difference["change"][] = ["added", "removed", "redrawn", "renamed", "moved", "recoded", "rekinded"];

/** Changes of one thing into another, both of which are told. */
const pairs: Difference["change"][] = ["renamed", "moved", "recoded"];

/** What an edition changes against the one before. */
export function DiffStep({ edition, editions, onArea, onNext }: DiffStepProps) {
  const { t, i18n } = useTranslation();
  const [now] = useState(() => new Date());
  const others = editions.filter((e) => e.district === edition.district && e.name !== edition.name && e.activations.length > 0);
  const current = inForce(editions, edition.district, now);
  const usual = current && current.name !== edition.name ? current.name : (others[0]?.name ?? "");
  const [chosen, setChosen] = useState("");
  const against = others.some((e) => e.name === chosen) ? chosen : usual;
  const diff = useDiff(edition, against);
  const lang = i18n.language;
  const found = diff.data?.differences ?? [];

  const columns: TableColumnsType<Difference> = [
    {
      title: t("diffChange"),
      dataIndex: "change",
      width: 82,
      filters: kinds.filter((k) => found.some((d) => d.change === k)).map((k) => ({ text: t(`change_${k}`), value: k })),
      onFilter: (value, d) => d.change === value,
      render: (_, d) => <span className={`change ${d.change}`}>{t(`change_${d.change}`)}</span>,
    },
    {
      title: t("diffArea"),
      render: (_, d) => (
        <button type="button" className="area-link" onClick={() => onArea(d.code, d.bbox as Bounds)}>
          <span>{pairs.includes(d.change) ? `${d.before} → ${d.after}` : (d.after ?? d.before)}</span>
          <small>
            {t(`level_${d.level}`)} {d.code}
          </small>
        </button>
      ),
    },
    {
      title: t("ground"),
      align: "right",
      width: 122,
      sorter: (a, b) => Math.abs(a.after_m2 - a.before_m2) - Math.abs(b.after_m2 - b.before_m2),
      render: (_, d) => (
        <span className="figures">
          {d.before_m2 > 0 && d.after_m2 > 0 && d.before_m2 !== d.after_m2 ? (
            <>
              {patch(d.after_m2, lang)}
              <small>
                {t("was", { area: patch(d.before_m2, lang) })} {growth(d.before_m2, d.after_m2, lang)}
              </small>
              {d.change === "redrawn" && d.common !== undefined && <small>{t("inCommon", { percent: share(d.common, lang) })}</small>}
            </>
          ) : (
            patch(d.after_m2 || d.before_m2, lang)
          )}
        </span>
      ),
    },
  ];

  if (!against) {
    return (
      <div className="stack">
        <p className="all-well">{t("diffFirst")}</p>
        {onNext && <Next onNext={onNext} />}
      </div>
    );
  }
  return (
    <div className="stack" data-testid="diff">
      <div className="row-between">
        <label htmlFor="against">{t("diffAgainst")}</label>
        <Select id="against" value={against} onChange={setChosen} options={others.map((e) => ({ value: e.name, label: e.name }))} />
      </div>
      {diff.isPending ? (
        <Skeleton active />
      ) : diff.isError ? (
        <p className="wrong">{said(diff.error)}</p>
      ) : found.length === 0 ? (
        <p className="all-well">{t("diffNone", { name: against })}</p>
      ) : (
        <>
          <p className="lead">{t("diffLead", { n: diff.data.total })}</p>
          <Table size="small" className="diff" rowKey={(d) => `${d.level}/${d.code}/${d.change}`} columns={columns} dataSource={found} pagination={found.length > 50 ? { pageSize: 50, size: "small", showSizeChanger: false } : false} />
          {diff.data.total > found.length && <p className="soft">{t("firstOf", { n: found.length, total: diff.data.total })}</p>}
        </>
      )}
      {onNext && <Next onNext={onNext} />}
    </div>
  );
}

function Next({ onNext }: { onNext: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="actions">
      <Button type="primary" size="large" onClick={onNext}>
        {t("toActivate")}
      </Button>
    </div>
  );
}
