const shapes = {
  good: "M5 12.5l4.5 4.5L19 7.5",
  wait: "M12 7v5l3.5 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
  off: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12",
  none: "M6 12h12",
  warn: "M12 4l9 16H3zM12 10v4M12 17v.5",
  add: "M12 5v14M5 12h14",
  same: "M6 9h12M6 15h12",
};

export type MarkKind = keyof typeof shapes;

/** A state: an icon and its word, never colour alone. */
export function Mark({ kind, tone, children }: { kind: MarkKind; tone: "good" | "warn" | "wrong" | "quiet"; children: string }) {
  return (
    <span className={`office-mark tone-${tone}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={shapes[kind]} />
      </svg>
      {children}
    </span>
  );
}
