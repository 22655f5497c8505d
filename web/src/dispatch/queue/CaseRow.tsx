import { type MouseEvent, useRef } from "react";
import { useTranslation } from "react-i18next";

import { remaining, timeOf, urgencyOf } from "../../cases/clock";
import type { Case } from "../../cases/queries";
import { Urgency } from "../../cases/Urgency";
import { Marks } from "../panel/Marks";

interface CaseRowProps {
  of: Case;
  now: number;
  /** Where the keys are. */
  cursor: boolean;
  open: boolean;
  hovered: boolean;
  checked: boolean;
  /** Somebody else has just changed it. */
  fresh: boolean;
  href: string;
  onOpen: () => void;
  onHover: (over: boolean) => void;
  onCheck: (checked: boolean, range: boolean) => void;
}

/** One case of the queue: what time it has, what it is, where, and how far it is. */
export function CaseRow({ of: c, now, cursor, open, hovered, checked, fresh, href, onOpen, onHover, onCheck }: CaseRowProps) {
  const { t, i18n } = useTranslation();
  const range = useRef(false);
  const what = whatOf(c) || t("caseUnnamed");
  function follow(e: MouseEvent) {
    if (e.ctrlKey || e.metaKey || e.button !== 0) return;
    e.preventDefault();
    if (e.shiftKey) onCheck(true, true);
    else onOpen();
  }
  return (
    <li className={["case-row", cursor && "cursor", open && "open", hovered && "hovered", checked && "checked", fresh && "fresh"].filter(Boolean).join(" ")} data-case={c.id} onMouseEnter={() => onHover(true)} onMouseLeave={() => onHover(false)}>
      <label className="case-check">
        <input
          type="checkbox"
          checked={checked}
          aria-label={t("caseSelect", { what })}
          onClick={(e) => (range.current = e.shiftKey)}
          onChange={(e) => onCheck(e.target.checked, range.current)}
        />
      </label>
      <a href={href} aria-current={open ? "true" : undefined} onClick={follow}>
        <span className="case-first">
          <Urgency state={urgencyOf(c.clock, now, c.open)} words={c.open ? remaining(c.clock, now, i18n.language, c.marks.rest_until) : timeOf(c.updated_at)} />
          <span className="case-state">{c.state_word}</span>
        </span>
        <strong className="case-what">{what}</strong>
        <span className="case-where">{whereOf(c) || t("casePlaceless")}</span>
        <Marks of={c} />
      </a>
    </li>
  );
}

/** What a case is about, in a few words. */
export function whatOf(c: Case): string {
  const said = c.description.replace(/\s+/g, " ");
  if (!c.category) return said;
  return c.category.name === "" ? `${c.category.code} ${said}` : said ? `${c.category.name} · ${said}` : c.category.name;
}

/** Where it is: its community and grid, and the address that somebody gave. */
export function whereOf(c: Case): string {
  const area = c.areas.filter((a) => a.level === "community" || a.level === "grid").map((a) => a.name);
  return [area.join(" ") || c.areas.at(-1)?.name, c.address].filter(Boolean).join(" · ");
}
