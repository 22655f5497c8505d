/** What was looked up last on this device, the newest first. */

/** An area, or a text that is a position. */
export interface Recent {
  text: string;
  chain: string;
  area?: { district: string; level: string; code: string };
}

const key = "wangge.recent";
const most = 5;

export function readRecent(): Recent[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(list) ? list.filter(isRecent).slice(0, most) : [];
  } catch {
    return []; // somebody else's, or storage that is shut
  }
}

/** Puts one on top; what is there already moves up. */
export function remember(one: Recent): Recent[] {
  const list = [one, ...readRecent().filter((r) => identity(r) !== identity(one))].slice(0, most);
  write(JSON.stringify(list));
  return list;
}

export function forgetAll(): Recent[] {
  write("[]");
  return [];
}

function write(text: string) {
  try {
    localStorage.setItem(key, text);
  } catch {
    // full or shut: nothing is remembered
  }
}

export function identity(r: Recent): string {
  return r.area ? `${r.area.district}/${r.area.level}/${r.area.code}` : r.text;
}

function isRecent(r: unknown): r is Recent {
  const { text, chain, area } = (r ?? {}) as Record<string, unknown>;
  if (typeof text !== "string" || typeof chain !== "string") return false;
  return area === undefined || ["district", "level", "code"].every((k) => typeof (area as Record<string, unknown> | null)?.[k] === "string");
}
