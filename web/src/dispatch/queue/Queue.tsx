import { Button, Skeleton } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Case } from "../../cases/queries";
import { said } from "../../steward/service";
import { CaseRow } from "./CaseRow";

interface QueueProps {
  cases: Case[];
  now: number;
  pending: boolean;
  error: unknown;
  more: boolean;
  loading: boolean;
  /** Filters are set: nothing may be found because of them. */
  narrowed: boolean;
  cursor: string | null;
  open: string | null;
  hovered: string | null;
  checked: ReadonlySet<string>;
  fresh: ReadonlySet<string>;
  hrefOf: (id: string) => string;
  onMore: () => void;
  onAgain: () => void;
  onClear: () => void;
  onNew: () => void;
  onOpen: (id: string) => void;
  onHover: (id: string | null) => void;
  onCheck: (id: string, checked: boolean, range: boolean) => void;
}

/** The queue: the next due first. */
export function Queue(p: QueueProps) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const { cursor, hovered, more, onMore } = p;
  useEffect(() => {
    list.current?.querySelector(`[data-case="${cursor}"]`)?.scrollIntoView({ block: "nearest" });
  }, [cursor]);
  useEffect(() => {
    const row = list.current?.querySelector(`[data-case="${hovered}"]`);
    if (row && !row.matches(":hover")) row.scrollIntoView({ block: "nearest" }); // pointed at on the map
  }, [hovered]);
  useEffect(() => {
    if (!end.current || !more) return;
    const seen = new IntersectionObserver((at) => at.some((x) => x.isIntersecting) && onMore(), { rootMargin: "400px" });
    seen.observe(end.current);
    return () => seen.disconnect();
  }, [more, onMore]);

  if (p.pending) return <Skeleton active className="queue-wait" paragraph={{ rows: 9 }} />;
  if (p.error && p.cases.length === 0) {
    return (
      <div className="queue-none" role="alert">
        <p>{said(p.error)}</p>
        <Button onClick={p.onAgain}>{t("retry")}</Button>
      </div>
    );
  }
  if (p.cases.length === 0) {
    return (
      <div className="queue-none" role="status">
        <p>{t(p.narrowed ? "noneFits" : "noneWaits")}</p>
        {p.narrowed ? <Button onClick={p.onClear}>{t("clearFilters")}</Button> : <Button onClick={p.onNew}>{t("newCase")}</Button>}
      </div>
    );
  }
  return (
    <div className="queue-scroll">
      <ul className="queue-list" ref={list} aria-label={t("queue")}>
        {p.cases.map((c) => (
          <CaseRow
            key={c.id}
            of={c}
            now={p.now}
            cursor={c.id === cursor}
            open={c.id === p.open}
            hovered={c.id === hovered}
            checked={p.checked.has(c.id)}
            fresh={p.fresh.has(c.id)}
            href={p.hrefOf(c.id)}
            onOpen={() => p.onOpen(c.id)}
            onHover={(over) => p.onHover(over ? c.id : null)}
            onCheck={(checked, range) => p.onCheck(c.id, checked, range)}
          />
        ))}
      </ul>
      {more && (
        <div ref={end} className="queue-more">
          <Button type="link" loading={p.loading} onClick={onMore}>
            {t("more")}
          </Button>
        </div>
      )}
    </div>
  );
}
