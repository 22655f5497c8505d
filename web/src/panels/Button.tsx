/** A button with a picture, its name and its key in the tooltip. */
export function Button({ name, shortcut, path, pressed, onClick }: { name: string; shortcut?: string; path: string; pressed?: boolean; onClick: () => void }) {
  return (
    <button type="button" className="icon panel" title={shortcut ? `${name} (${shortcut})` : name} aria-label={name} aria-pressed={pressed} onClick={onClick}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}
