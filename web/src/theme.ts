import { useEffect, useState } from "react";

export type Choice = "auto" | "light" | "dark";

export interface Theme {
  choice: Choice;
  shown: "light" | "dark";
  choose: (c: Choice) => void;
}

const system = window.matchMedia("(prefers-color-scheme: dark)");

/** The theme that the user chose, or the system's. */
export function useTheme(): Theme {
  const [choice, setChoice] = useState<Choice>(() => {
    const kept = localStorage.getItem("theme");
    return kept === "light" || kept === "dark" ? kept : "auto";
  });
  const [dark, setDark] = useState(system.matches);
  useEffect(() => {
    const follow = () => setDark(system.matches);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, []);
  const shown = choice === "auto" ? (dark ? "dark" : "light") : choice;
  useEffect(() => {
    document.documentElement.dataset.theme = shown;
  }, [shown]);
  return {
    choice,
    shown,
    choose: (c) => {
      localStorage.setItem("theme", c);
      setChoice(c);
    },
  };
}
