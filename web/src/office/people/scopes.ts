/** Which areas the present posts of people lie in, for the map. */

import type { Area } from "../../api/client";
import type { Bounds, Level } from "../../map/levels";
import type { Person, Post } from "../service";

/** An area with the people who have a present post there. */
export interface Scope {
  district: string;
  level: Level;
  code: string;
  name: string;
  bbox: Bounds;
  people: string[];
}

export const keyOf = (a: { district: string; code: string }) => `${a.district}/${a.code}`;

export function scopesOf(people: Person[]): Scope[] {
  const found = new Map<string, Scope>();
  for (const person of people) {
    for (const post of person.posts) {
      const s = scopeOf(post);
      if (!s || post.state !== "present") continue;
      const key = `${s.level}/${keyOf(s)}`;
      const there = found.get(key);
      if (!there) found.set(key, { ...s, people: [person.name] });
      else if (!there.people.includes(person.name)) there.people.push(person.name);
    }
  }
  return [...found.values()];
}

/** The area of a post, where it is in force. */
export function scopeOf({ area }: Post): Scope | null {
  if (!area?.code || !area.level || !area.bbox) return null;
  return { district: area.district, level: area.level as Level, code: area.code, name: area.name ?? area.code, bbox: area.bbox as Bounds, people: [] };
}

/** The bounds of several areas. */
export function together(scopes: Pick<Scope, "bbox">[]): Bounds | null {
  const [first, ...rest] = scopes.map((s) => s.bbox);
  if (!first) return null;
  return rest.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])], first);
}

/** Grids that no present grid worker has, by the grid itself or its community. */
export function unserved(grids: Area[], people: Person[]): Area[] {
  const served = new Set<string>();
  for (const post of people.flatMap((p) => p.posts)) {
    if (post.role === "grid_worker" && post.state === "present" && post.area?.code) served.add(`${post.area.level}/${keyOf({ district: post.area.district, code: post.area.code })}`);
  }
  return grids.filter((g) => !served.has(`grid/${keyOf(g)}`) && !(g.parent && served.has(`${g.parent.level}/${keyOf({ district: g.district, code: g.parent.code })}`)));
}

/** The names at an area, the first few of them. */
export function label(s: Scope, comma: string, more: (n: number) => string): string {
  const most = 3;
  return [s.name, s.people.slice(0, most).join(comma) + (s.people.length > most ? more(s.people.length) : "")].filter(Boolean).join("\n");
}
