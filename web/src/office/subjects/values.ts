import type { KindField, Subject } from "./queries";

/** A field of a subject, as it is read. */
export function shown(f: KindField, s: Subject, t: (key: string) => string): string {
  if (f.type === "links") return (s.links[f.name] ?? []).map((l) => l.name).join(t("listComma"));
  if (f.type === "areas") return (s.areas[f.name] ?? []).map((a) => a.name ?? t("subjectAreaGone")).join(t("listComma"));
  const value = s.fields[f.name] as string | number | boolean | undefined;
  if (value === undefined) return "";
  if (typeof value === "boolean") return t(value ? "subjectYes" : "subjectNo");
  if (f.type === "choice") return f.choices?.find((c) => c.code === value)?.word ?? String(value);
  if (typeof value === "number") return /year/.test(f.name) ? String(value) : value.toLocaleString("en-US");
  return value;
}
