import { useEffect, useRef } from "react";

/** What a key does, by the key. */
export type Shortcuts = Record<string, () => void>;

/** Listens to the keys of the page; whoever is typing is left alone, but for Escape. */
export function useShortcuts(shortcuts: Shortcuts) {
  const now = useRef(shortcuts);
  useEffect(() => {
    now.current = shortcuts;
  });
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
      const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
      const act = now.current[key];
      if (!act || (isTyping(e.target) && key !== "Escape")) return;
      if (key !== "Escape") e.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** Whether keys are text there. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type="range"], [type="checkbox"], [type="radio"]), select, textarea, [contenteditable="true"]');
}
