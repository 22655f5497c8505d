/** What an edition is, as a steward sees it, and how a new one is named. */

import type { Edition } from "../service";

/** draft; checked: a draft that passes; ahead: activated from a day to come; inForce; past: another took its place. */
export type Status = "draft" | "checked" | "ahead" | "inForce" | "past";

/** The edition of a district in force at a time; the later activation wins. */
export function inForce(editions: Edition[], district: string, now: Date): Edition | undefined {
  let best: { edition: Edition; effective: number; generation: number } | undefined;
  for (const edition of editions.filter((e) => e.district === district)) {
    for (const a of edition.activations) {
      const effective = Date.parse(a.effective);
      if (effective > now.getTime()) continue;
      if (!best || effective > best.effective || (effective === best.effective && a.generation > best.generation)) {
        best = { edition, effective, generation: a.generation };
      }
    }
  }
  return best?.edition;
}

export function statusOf(e: Edition, editions: Edition[], now: Date): Status {
  if (e.activations.length === 0) return e.status;
  if (inForce(editions, e.district, now)?.name === e.name) return "inForce";
  return e.activations.some((a) => Date.parse(a.effective) > now.getTime()) ? "ahead" : "past";
}

/** Whether an edition may still change. */
export const isDraft = (e: Edition): boolean => e.activations.length === 0;

/** The edition to open when the address names none: the newest draft, else the one in force. */
export function usual(editions: Edition[], now: Date): Edition | undefined {
  return editions.find(isDraft) ?? editions.find((e) => statusOf(e, editions, now) === "inForce") ?? editions[0];
}

/** Today in the districts' time zone, YYYY-MM-DD. */
export function today(now: Date): string {
  return now.toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
}

/** The date, with a number behind it where that name is taken. */
export function proposeName(taken: string[], now: Date): string {
  const date = today(now);
  for (let n = 1; ; n++) {
    const name = n === 1 ? date : `${date}-${n}`;
    if (!taken.includes(name)) return name;
  }
}
