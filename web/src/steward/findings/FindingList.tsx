import { Button } from "antd";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { patch, readable } from "../format";
import { typing } from "../keys";
import type { Severity } from "../service";
import { groupFindings, type Group, type Row, severities, tally } from "./group";
import { SeverityMark } from "./SeverityMark";

interface FindingListProps {
  rows: Row[];
  selected: string | null;
  /** go: the map shall go there too */
  onSelect: (key: string | null, go: boolean) => void;
  /** What can be done about the open finding. */
  actions?: (row: Row) => ReactNode;
  /** Whether J, K and Enter walk this list. */
  keys?: boolean;
}

const atOnce = 60;

/** Findings by kind, what refuses first; in step with the map. */
export function FindingList({ rows, selected, onSelect, actions, keys }: FindingListProps) {
  const { t } = useTranslation();
  const [hidden, setHidden] = useState<Severity[]>([]);
  const [closed, setClosed] = useState<string[]>([]);
  const [room, setRoom] = useState<Record<string, number>>({});
  const n = tally(rows);
  const groups = useMemo(() => groupFindings(rows).filter((g) => !hidden.includes(g.severity)), [rows, hidden]);
  const keyOf = (g: Group) => `${g.severity} ${g.code}`;

  // A finding chosen on the map comes into sight here, whatever was folded away.
  const home = selected === null ? undefined : groups.find((g) => g.rows.some((r) => r.key === selected));
  const openGroup = (g: Group) => g === home || !closed.includes(keyOf(g));
  const shownOf = (g: Group) => {
    const at = g === home ? g.rows.findIndex((r) => r.key === selected) : -1;
    return g.rows.slice(0, Math.max(room[keyOf(g)] ?? atOnce, at + 1));
  };
  useEffect(() => {
    if (selected !== null) document.getElementById(`finding-${selected}`)?.scrollIntoView({ block: "nearest" });
  }, [selected, home]);

  const visible = groups.flatMap((g) => (openGroup(g) ? shownOf(g) : []));
  useEffect(() => {
    if (!keys) return;
    const onKey = (e: KeyboardEvent) => {
      if (typing(e) || e.ctrlKey || e.metaKey || e.altKey) return;
      const step = { j: 1, J: 1, k: -1, K: -1 }[e.key];
      const at = visible.findIndex((r) => r.key === selected);
      if (step) {
        const next = visible[at < 0 ? (step > 0 ? 0 : visible.length - 1) : at + step];
        if (next) onSelect(next.key, false);
      } else if (e.key === "Enter" && selected !== null && !(e.target instanceof HTMLButtonElement)) {
        onSelect(selected, true);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });

  if (rows.length === 0) {
    return (
      <p className="all-well">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 12.500 9.500 18 20 6.500" />
        </svg>
        {t("noFindings")}
      </p>
    );
  }
  return (
    <div className="findings" data-testid="findings">
      <div className="filters" role="group" aria-label={t("filterSeverity")}>
        {severities
          .filter((s) => rows.some((r) => r.finding.severity === s))
          .map((s) => (
            <button
              key={s}
              type="button"
              className="chip"
              aria-pressed={!hidden.includes(s)}
              onClick={() => setHidden(hidden.includes(s) ? hidden.filter((x) => x !== s) : [...hidden, s])}
            >
              <SeverityMark severity={s} count={n[s]} />
            </button>
          ))}
        {n.waived > 0 && <SeverityMark severity="note" waived count={n.waived} />}
      </div>
      {groups.map((g) => {
        const key = keyOf(g);
        const open = openGroup(g);
        const shown = shownOf(g);
        return (
          <section key={key} className="group">
            <button
              type="button"
              className="group-head"
              aria-expanded={open}
              onClick={() => {
                setClosed(open ? [...closed, key] : closed.filter((k) => k !== key));
                if (open && g === home) onSelect(null, false);
              }}
            >
              <SeverityMark severity={g.severity} waived={g.waived === g.rows.length} />
              <strong>{g.title}</strong>
              <span className="soft">{t("places", { n: g.rows.length })}</span>
              {g.rows.length > 1 && <Patch m2={g.m2} />}
            </button>
            {open && (
              <ul>
                {shown.map((r) => (
                  <FindingRow key={r.key} row={r} open={r.key === selected} onOpen={() => onSelect(r.key, true)} onClose={() => onSelect(null, false)}>
                    {actions?.(r)}
                  </FindingRow>
                ))}
                {g.rows.length > shown.length && (
                  <li>
                    <Button type="link" onClick={() => setRoom({ ...room, [key]: shown.length + 200 })}>
                      {t("showMore", { n: Math.min(200, g.rows.length - shown.length) })}
                    </Button>
                  </li>
                )}
              </ul>
            )}
          </section>
        );
      })}
    </div>
  );
}

function Patch({ m2 }: { m2: number }) {
  const { i18n } = useTranslation();
  return m2 > 0 ? <span className="patch">{patch(m2, i18n.language)}</span> : null;
}

interface FindingRowProps {
  row: Row;
  open: boolean;
  onOpen: () => void;
  onClose: () => void;
  children: ReactNode;
}

function FindingRow({ row: { key, finding: f }, open, onOpen, onClose, children }: FindingRowProps) {
  const { t, i18n } = useTranslation();
  const listed = f.areas.every((a) => f.text.includes(a));
  return (
    <li id={`finding-${key}`} className={open ? "finding open" : "finding"} data-testid="finding" data-code={f.code}>
      <button type="button" className="finding-head" aria-expanded={open} onClick={open ? onClose : onOpen}>
        <span className={f.waived ? "said struck" : "said"}>{readable(f.text, i18n.language)}</span>
        <Patch m2={f.m2} />
      </button>
      {f.waived && <p className="reason">{t("waivedBecause", { reason: f.waived })}</p>}
      {open && (
        <div className="finding-body">
          {!listed && (
            <p className="soft codes">
              {f.areas.slice(0, 8).join("、")}
              {f.areas.length > 8 && ` … ${t("areasCount", { n: f.areas.length })}`}
            </p>
          )}
          {children}
        </div>
      )}
    </li>
  );
}
