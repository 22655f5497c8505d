import { useState } from "react";

import type { Case } from "../cases/queries";

/** Which cases of the list are ticked; what is not listed any more is not ticked either. */
export function useSelection(cases: Case[]) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [anchor, setAnchor] = useState<string | null>(null);
  const listed = cases.filter((c) => ticked.has(c.id));
  const checked: ReadonlySet<string> = listed.length === ticked.size ? ticked : new Set(listed.map((c) => c.id));
  /** Ticks one, or with range all from the one before to this. */
  function check(id: string, on: boolean, range: boolean) {
    const next = new Set(checked);
    const [from, to] = [cases.findIndex((c) => c.id === anchor), cases.findIndex((c) => c.id === id)];
    const some = range && from >= 0 && to >= 0 ? cases.slice(Math.min(from, to), Math.max(from, to) + 1) : cases.slice(to, to + 1);
    for (const c of some) {
      if (on) next.add(c.id);
      else next.delete(c.id);
    }
    setTicked(next);
    setAnchor(id);
  }
  return { cases: listed, checked, check, clear: () => setTicked(new Set()), all: () => setTicked(new Set(cases.map((c) => c.id))) };
}
