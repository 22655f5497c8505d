/** What a steward says of the links that the overlaps propose. */

import type { components } from "../../api/types.gen";
import type { Link } from "../../api/client";
import { type Level, levels } from "../../map/levels";

export type Kind = Link["kind"];
export type Confirmed = components["schemas"]["ConfirmedLink"];

/** Names a link, whatever kind it is said to be. */
export function keyOf(l: Link): string {
  return [l.level, l.from.code, l.to.code, l.kind].join("|");
}

/** Differences from what is proposed: links that do not hold, and other kinds. */
export interface Choices {
  off: ReadonlySet<string>;
  kinds: ReadonlyMap<string, Kind>;
}

export const asProposed: Choices = { off: new Set(), kinds: new Map() };

export function kindOf(l: Link, c: Choices): Kind {
  return c.kinds.get(keyOf(l)) ?? l.kind;
}

/** The kinds that a proposed link may be said to be. */
export function kindsFor(proposed: Kind): Kind[] {
  switch (proposed) {
    case "recode":
      return ["recode", "split", "merge", "transfer"];
    case "transfer": // both go on, so neither was merged away
      return ["transfer", "split"];
    default:
      return ["split", "merge", "transfer"];
  }
}

export function turn(c: Choices, links: Link[], on: boolean): Choices {
  const off = new Set(c.off);
  for (const l of links) {
    if (on) off.delete(keyOf(l));
    else off.add(keyOf(l));
  }
  return { ...c, off };
}

export function sayKind(c: Choices, l: Link, kind: Kind): Choices {
  const kinds = new Map(c.kinds);
  if (kind === l.kind) kinds.delete(keyOf(l));
  else kinds.set(keyOf(l), kind);
  return { ...c, kinds };
}

/** What is sent: all links between two areas that hold. */
export function confirmedLinks(links: Link[], c: Choices): Confirmed[] {
  return links
    .filter((l) => !l.same_area && !c.off.has(keyOf(l)))
    .map((l) => ({ level: l.level as Confirmed["level"], kind: kindOf(l, c) as Confirmed["kind"], from: l.from.code, to: l.to.code }));
}

/** The links of each level, the coarsest first. */
export function byLevel(links: Link[]): [level: Level, links: Link[]][] {
  return levels.map((level): [Level, Link[]] => [level, links.filter((l) => l.level === level)]).filter(([, list]) => list.length > 0);
}

/** How many there are of each kind, the weightiest first. */
export function countKinds(links: Link[], c: Choices = asProposed): [kind: Kind, n: number][] {
  const order: Kind[] = ["split", "merge", "transfer", "recode", "rename"];
  return order.map((kind): [Kind, number] => [kind, links.filter((l) => kindOf(l, c) === kind).length]).filter(([, n]) => n > 0);
}

/** A short name for a text, to tell repeated requests from changed ones. (FNV-1a) */
export function digest(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h.toString(36);
}
