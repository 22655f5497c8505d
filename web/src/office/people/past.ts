import type { TFunction } from "i18next";

import type { Past, Post } from "../service";

const known = ["added", "changed", "disabled", "enabled", "invited", "password set by link", "password changed", "password reset", "post granted", "post ended"];

/** The word of what was done, as a key of the words. */
export const wordOf = (what: string) => `past_${what.replaceAll(" ", "_")}`;

/**
 * One row of a person's history in plain words. Posts are named by their role
 * and area where they are still known; roleWord gives the word of a role.
 */
export function tell(past: Past, posts: Post[], t: TFunction, roleWord: (role: string) => string, areaWord: (p: Post) => string): string {
  const words = known.includes(past.what) ? t(wordOf(past.what)) : past.what;
  const more = detailOf(past, posts, t, roleWord, areaWord);
  return more.length > 0 ? t("pastWith", { what: words, more: more.join(t("listComma")) }) : words;
}

function detailOf(past: Past, posts: Post[], t: TFunction, roleWord: (role: string) => string, areaWord: (p: Post) => string): string[] {
  const { fields, post, posts: given, account } = past.detail;
  const named = (text: string) => {
    const [id, role] = text.split(" ");
    const p = posts.find((x) => x.id === id);
    if (p) return [roleWord(p.role), areaWord(p)].filter(Boolean).join(" ");
    return role ? roleWord(role) : t("aPost");
  };
  if (Array.isArray(fields)) return fields.map((f) => t(`field_${String(f)}`));
  if (typeof post === "string") return [named(post)];
  if (past.what === "added") return [...(account === false ? [t("withoutAccount")] : []), ...(Array.isArray(given) ? given.map((g) => named(String(g))) : [])];
  return [];
}
