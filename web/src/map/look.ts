/** How strongly each kind of border is drawn, in per cent: 0 is not at all. */
import { type Level, levels } from "./levels";

export type Kind = Level | "dedicated";
export const kinds: Kind[] = [...levels.slice(0, -1), "dedicated", "compound"];

/** What differs from full strength. */
export type Look = Partial<Record<Kind, number>>;

export function strengthOf(look: Look, kind: Kind): number {
  return look[kind] ?? 100;
}

export function withStrength(look: Look, kind: Kind, strength: number): Look {
  const rest = Object.fromEntries(Object.entries(look).filter(([k]) => k !== kind));
  return strength === 100 ? rest : { ...rest, [kind]: strength };
}

/** Reads "grid.40,compound.0"; what cannot be read is left out. */
export function readLook(text: string): Look {
  const look: Look = {};
  for (const part of text.split(",")) {
    const [name, value = ""] = part.split(".");
    const kind = kinds.find((k) => k === name);
    if (kind && /^\d{1,2}$/.test(value)) look[kind] = Number(value);
  }
  return look;
}

export function writeLook(look: Look): string {
  return kinds.flatMap((k) => (look[k] === undefined ? [] : [`${k}.${look[k]}`])).join(",");
}
