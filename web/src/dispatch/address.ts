/** The address bar holds which cases are listed and which is open: a link reopens the view. */

import type { CaseFilter } from "../cases/queries";

/** The tabs of the queue, in the order of the work. */
export const tabs = ["open", "intake", "filed", "handling", "verify", "suspended", "done"] as const;
export type Tab = (typeof tabs)[number];

/** The states that a tab shows. */
export const statesOf: Record<Tab, string[]> = {
  open: ["reported", "inspecting", "filed", "dispatched", "handling", "handled", "verified", "suspended"],
  intake: ["reported", "inspecting"],
  filed: ["filed"],
  handling: ["dispatched", "handling"],
  verify: ["handled", "verified"],
  suspended: ["suspended"],
  done: ["closed", "rejected", "voided", "merged"],
};

export interface DispatchAddress {
  tab: Tab;
  text: string;
  overdue: boolean;
  unlocated: boolean;
  disputed: boolean;
  mine: boolean;
  category: string; // kind and code, event/0110
  area: string; // district/level/code
  unit: string;
  /** Only what the map shows. */
  inView: boolean;
  /** The open case. */
  case: string | null;
}

const flags = ["overdue", "unlocated", "disputed", "mine", "inView"] as const;
const texts = { text: "q", category: "class", area: "area", unit: "unit" } as const;

export function readAddress(search: string): DispatchAddress {
  const q = new URLSearchParams(search);
  const a: DispatchAddress = { tab: tabs.find((x) => x === q.get("tab")) ?? "open", text: "", overdue: false, unlocated: false, disputed: false, mine: false, category: "", area: "", unit: "", inView: false, case: q.get("case") };
  for (const flag of flags) a[flag] = q.get(flag) === "1";
  for (const [key, name] of Object.entries(texts)) a[key as keyof typeof texts] = q.get(name) ?? "";
  return a;
}

export function writeAddress(a: DispatchAddress): string {
  const q = new URLSearchParams();
  if (a.tab !== "open") q.set("tab", a.tab);
  for (const [key, name] of Object.entries(texts)) if (a[key as keyof typeof texts]) q.set(name, a[key as keyof typeof texts]);
  for (const flag of flags) if (a[flag]) q.set(flag, "1");
  if (a.case) q.set("case", a.case);
  const text = q.toString();
  return text ? `?${text}` : "";
}

/** How many filters are set beside the tab. */
export function filtersSet(a: DispatchAddress): number {
  return flags.filter((f) => a[f]).length + Object.keys(texts).filter((k) => a[k as keyof typeof texts]).length;
}

export const noFilters: Partial<DispatchAddress> = { text: "", overdue: false, unlocated: false, disputed: false, mine: false, category: "", area: "", unit: "", inView: false };

/** What is asked of the service for an address; `box` is what the map shows. */
export function filterOf(a: DispatchAddress, box: number[] | null): CaseFilter {
  const [kind, code] = a.category.split("/");
  const [district, level, area] = a.area.split("/");
  const text = a.text.trim();
  return {
    queue: a.tab === "done" ? "all" : "open",
    ...(a.tab === "open" ? {} : { status: statesOf[a.tab].join(",") }),
    ...(text.length > 1 ? { text } : {}),
    ...(a.overdue ? { overdue: "true" as const } : {}),
    ...(a.unlocated ? { located: "false" as const } : {}),
    ...(a.disputed ? { disputed: "true" as const } : {}),
    ...(a.mine ? { mine: "true" as const } : {}),
    ...(kind && code ? { kind: kind as "event", category: code } : {}),
    ...(area ? { district, level: level as "grid", area } : {}),
    ...(a.unit ? { unit: a.unit } : {}),
    ...(a.inView && box && !a.unlocated ? { bbox: box.map((x) => x.toFixed(5)).join(",") } : {}),
  };
}

/** A filter as a query, for addresses that a browser opens by itself. */
export function queryOf(filter: CaseFilter): string {
  return new URLSearchParams(Object.entries(filter).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]]))).toString();
}
