interface ButtonProps {
  name: string;
  shortcut: string;
  path: string;
  /** Has no place on a phone. */
  wide?: boolean;
  onClick: () => void;
}

/** A button with a picture, its name and its key in the tooltip. */
export function Button({ name, shortcut, path, wide = false, onClick }: ButtonProps) {
  return (
    <button type="button" className={wide ? "icon panel at-desk" : "icon panel"} title={`${name} (${shortcut})`} aria-label={name} onClick={onClick}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}
