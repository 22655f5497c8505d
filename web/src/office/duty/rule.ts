import { isoDay } from "../format";
import type { Rule, RuleRequest } from "./queries";

/** A rule as it is typed. */
export interface RuleDraft {
  name: string;
  basis: Rule["basis"];
  kind: "" | "event" | "component";
  codes: string[];
  everywhere: boolean;
  areas: { level: string; code: string; name: string; lost?: boolean }[];
  from: string;
  until: string;
  daily: string;
  unit: string;
  priority: number;
}

export const emptyRule: RuleDraft = { name: "", basis: "owner", kind: "", codes: [], everywhere: true, areas: [], from: "", until: "", daily: "", unit: "", priority: 0 };

/** The draft that changes a rule. Areas that are gone stay in it, to be taken out by hand: without them a rule for some areas must not become one for all. */
export function draftOf(r: Rule): RuleDraft {
  return {
    name: r.name,
    basis: r.basis,
    kind: r.kind ?? "",
    codes: r.classes.map((c) => c.code),
    everywhere: r.areas.length === 0,
    areas: r.areas.map((a) => ({ level: a.level ?? "", code: a.code ?? a.id, name: a.name ?? a.code ?? a.id.slice(0, 8), ...(a.level ? {} : { lost: true }) })),
    from: r.from ? isoDay(0, new Date(r.from)) : "",
    until: r.until ? isoDay(0, new Date(new Date(r.until).getTime() - 1)) : "",
    daily: dailyText(r.daily),
    unit: r.unit.id,
    priority: r.priority,
  };
}

export const dailyText = (daily: Rule["daily"]) => daily.map((d) => `${d.from}-${d.to}`).join(", ");

/** Reads times of day as people type them; null when they are something else. */
export function parseDaily(text: string): Rule["daily"] | null {
  const parts = text.normalize("NFKC").split(/[,、;\s]+(?![-–])/).filter(Boolean);
  const daily: Rule["daily"] = [];
  for (const p of parts) {
    const m = /^(\d{1,2}):(\d\d)\s*[-–~至]\s*(\d{1,2}):(\d\d)$/.exec(p);
    if (!m) return null;
    const [, fromHour = "", fromMinute = "", toHour = "", toMinute = ""] = m;
    daily.push({ from: `${fromHour.padStart(2, "0")}:${fromMinute}`, to: `${toHour.padStart(2, "0")}:${toMinute}` });
  }
  return daily;
}

/** What in a list is no code of a class. */
export const notCodes = (codes: string[]) => codes.filter((c) => !/^\d{2}(\d{2})?$/.test(c));

/** What is wrong with a draft, by the key of its words; "" for nothing. */
export function wrongWith(d: RuleDraft): "" | "ruleCodesWrong" | "ruleAreaNone" | "ruleAreaLost" | "ruleDailyWrong" {
  if (notCodes(d.codes).length > 0) return "ruleCodesWrong";
  if (!d.everywhere && d.areas.length === 0) return "ruleAreaNone";
  if (!d.everywhere && d.areas.some((a) => a.lost)) return "ruleAreaLost";
  return parseDaily(d.daily) ? "" : "ruleDailyWrong";
}

/** What is asked of the service for a draft without faults. */
export function requestOf(d: RuleDraft): RuleRequest {
  return {
    name: d.name,
    basis: d.basis,
    ...(d.kind ? { kind: d.kind } : {}),
    codes: d.codes,
    areas: d.everywhere ? [] : d.areas.map((a) => ({ level: a.level as "grid", code: a.code })),
    from: d.from,
    until: d.until,
    daily: parseDaily(d.daily) ?? [],
    unit: d.unit,
    priority: d.priority,
  };
}
