import { useEffect } from "react";

/** Whether a key belongs to a field that is being filled in. */
export function typing(e: KeyboardEvent): boolean {
  const at = e.target;
  return at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement || (at instanceof HTMLElement && at.isContentEditable);
}

/** Calls what belongs to a key: "p", "Escape", "ctrl+z", "ctrl+shift+z". Fields keep their keys, except Escape. */
export function useKeys(actions: Record<string, () => void>) {
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (typing(e) && e.key !== "Escape") return;
      if (e.altKey) return;
      const key = `${e.ctrlKey || e.metaKey ? "ctrl+" : ""}${e.shiftKey && e.key !== "?" ? "shift+" : ""}${e.key.length === 1 ? e.key.toLowerCase() : e.key}`;
      const action = actions[key];
      if (!action || e.defaultPrevented) return;
      if (key.startsWith("ctrl+")) e.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
}
