/** The address bar holds which edition, which step and which finding are open. */

export const steps = ["upload", "findings", "diff", "activate"] as const;
export type Step = (typeof steps)[number];

export interface DeskAddress {
  district: string;
  edition: string;
  step: Step | null;
  finding: string | null;
}

export function readDesk(search: string): DeskAddress {
  const q = new URLSearchParams(search);
  return {
    district: q.get("d") ?? "",
    edition: q.get("e") ?? "",
    step: steps.find((s) => s === q.get("s")) ?? null,
    finding: q.get("f"),
  };
}

export function writeDesk(a: DeskAddress): string {
  const q = new URLSearchParams();
  if (a.district) q.set("d", a.district);
  if (a.edition) q.set("e", a.edition);
  if (a.step) q.set("s", a.step);
  if (a.finding) q.set("f", a.finding);
  const text = q.toString();
  return text ? `?${text}` : "";
}
