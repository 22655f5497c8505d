/** Findings as the list and the map show them. */

import type { Finding, Severity } from "../service";
import type { MapFinding } from "../map/types";

export const severities: Severity[] = ["error", "warning", "note"];

/** A finding with the key that names it on the page: its number, or its place in the list of a try. */
export interface Row {
  key: string;
  finding: Finding;
}

export function rowsOf(findings: Finding[]): Row[] {
  return findings.map((finding, i) => ({ key: finding.id ? String(finding.id) : `n${i}`, finding }));
}

/** The findings of one kind. */
export interface Group {
  code: string;
  title: string;
  severity: Severity;
  rows: Row[];
  waived: number;
  m2: number;
}

/** Groups rows by kind: what still refuses first, then by severity, then as they came. */
export function groupFindings(rows: Row[]): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const { code, title, severity, m2, waived } = row.finding;
    const key = `${severity} ${code}`;
    let g = groups.get(key);
    if (!g) groups.set(key, (g = { code, title, severity, rows: [], waived: 0, m2: 0 }));
    g.rows.push(row);
    g.m2 += m2;
    if (waived) g.waived++;
  }
  const rank = (g: Group) => severities.indexOf(g.severity) * 2 + (g.waived === g.rows.length ? 1 : 0);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

/** How many findings of each severity still count. */
export function tally(rows: Row[]): Record<Severity, number> & { waived: number } {
  const n = { error: 0, warning: 0, note: 0, waived: 0 };
  for (const { finding } of rows) n[finding.waived ? "waived" : finding.severity]++;
  return n;
}

/** Whether something keeps these boundaries out of force. */
export function refuses(rows: Row[]): boolean {
  return rows.some(({ finding }) => finding.severity === "error" && !finding.waived);
}

/** A doubt about the whole file that reading it again in another way would settle. */
export function isSuspicion(f: Finding): boolean {
  return f.severity === "error" && f.waivable && f.mends.some((m) => m.kind === "reread");
}

export function toMap({ key, finding: f }: Row): MapFinding {
  return {
    key,
    severity: f.severity,
    title: f.title,
    ...(f.place ? { place: f.place as [number, number] } : {}),
    ...(f.outline ? { outline: f.outline as [number, number][] } : {}),
    ...(f.waived ? { waived: f.waived } : {}),
  };
}

/** Where a finding lies, with room around it; null where it has no place. */
export function boundsOfFinding(f: Finding): [number, number, number, number] | null {
  const points = [...(f.outline ?? []), ...(f.place ? [f.place] : [])].filter((p): p is [number, number] => p.length === 2);
  if (points.length === 0) return null;
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  const box: [number, number, number, number] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const room = Math.max(0.0004, (box[2] - box[0]) * 0.3, (box[3] - box[1]) * 0.3);
  return [box[0] - room, box[1] - room, box[2] + room, box[3] + room];
}
