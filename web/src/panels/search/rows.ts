import type { Problem, SearchResult } from "../../api/client";
import type { Option } from "./Options";

/** How an area that was found looks in the list. */
export function rowOf(r: SearchResult): Omit<Option, "choose"> {
  const byCode = r.field === "code";
  return {
    key: `${r.district}/${r.level}/${r.code}`,
    title: r.name || r.code,
    matched: byCode ? [] : r.matched,
    level: r.level,
    code: r.code,
    codeMatched: byCode ? r.matched : [],
    below: above(r.chain),
  };
}

const between = " › ";

/** What an area lies in: a chain without its end. */
export function above(chain: string): string {
  return chain.split(between).slice(0, -1).join(between);
}

/** Text that may be a code, old ones included: Latin letters and digits, one digit at least. */
export function looksLikeCode(text: string): boolean {
  return /^[\x21-\x7e]*\d[\x21-\x7e]*$/.test(text);
}

/** Where an area lies that the service names in a refusal. */
export function candidate(item: NonNullable<Problem["errors"]>[number]) {
  const [, district = "", level = "", ...code] = /districts\/([^/]+)\/areas\/([^/]+)\/(.+)$/.exec(item.location ?? "") ?? [];
  return { district, level: level as SearchResult["level"], code: decodeURIComponent(code.join("/")) };
}
