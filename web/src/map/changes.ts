import type { Link } from "../api/client";
import type { Level } from "./levels";

/** Codes of the areas that an edition changed, by level. */
export interface Changed {
  district: string;
  codes: [level: Level, codes: string[]][];
}

/**
 * What changed, as it is called now: what was made, and what gave ground to it
 * and goes on. Streets and communities; grids only where nothing above them changed, for
 * they are many.
 */
export function changedCodes(links: Link[]): Changed["codes"] {
  const sides = (l: Link) => (l.same_area ? [l.to.code] : [l.to.code, l.from.code]);
  const of = (level: Level): [Level, string[]] => [level, [...new Set(links.filter((l) => l.level === level).flatMap(sides))]];
  const some = (list: Changed["codes"]) => list.filter(([, codes]) => codes.length > 0);
  const upper = some([of("community"), of("subdistrict")]);
  return upper.length > 0 ? upper : some([of("grid"), of("compound")]);
}
