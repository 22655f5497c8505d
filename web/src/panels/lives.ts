import type { components } from "../api/types.gen";
import type { Link } from "../api/client";

export type Stay = components["schemas"]["Stay"];

/** A day on which something of an area changed: what it was from then on, and what led there. */
export interface Turn {
  on: string;
  stay: Stay | undefined;
  /** It was no more from that day on. */
  ended: boolean;
  links: Link[];
}

/** The life of an area, newest first. */
export function turnsOf(stays: Stay[], links: Link[]): Turn[] {
  const days = [...new Set([...stays.map((s) => s.valid_from), ...links.map((l) => l.on ?? ""), ...stays.map((s) => s.valid_to ?? "")])].filter(Boolean).sort().reverse();
  return days
    .map((on) => ({
      on,
      stay: stays.find((s) => s.valid_from === on),
      ended: stays.some((s) => s.valid_to === on) && !stays.some((s) => holds(s, on)),
      links: links.filter((l) => l.on === on),
    }))
    .filter((turn) => turn.stay !== undefined || turn.ended || turn.links.length > 0);
}

export function holds(s: Stay, date: string): boolean {
  return s.valid_from <= date && (s.valid_to === undefined || date < s.valid_to);
}

/** The area at the other end of a link, and whether it is the later one; null when both are this one. */
export function otherSide(link: Link, stays: Stay[]): { code: string; name: string; later: boolean } | null {
  if (link.same_area || !link.on) return null;
  const on = link.on;
  // The side that bears a code of its own on its day is this one.
  const isFrom = stays.some((s) => s.code === link.from.code && s.valid_from < on && (s.valid_to === undefined || s.valid_to >= on));
  return isFrom ? { ...link.to, later: true } : { ...link.from, later: false };
}
