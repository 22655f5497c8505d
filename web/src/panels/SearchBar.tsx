import "./search/search.css";

import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { View } from "../address";
import { type CRS, crsNames, formatPosition, type Position } from "../position";
import { FoundPanel } from "./search/FoundPanel";
import { forgetAll, readRecent, type Recent } from "./search/recent";
import { type Asked, useLookup } from "./search/useLookup";

interface SearchBarProps {
  point: Position | null;
  /** The day whose boundaries are searched; "" for those in force. */
  moment: string;
  /** Where the map looks: among equals the nearer goes first. */
  near: View | null;
  disabled: boolean;
  onPoint: (p: Position) => void;
  /** asked is the code that was typed, which may be an old one. */
  onArea: (a: Asked, asked: string) => void;
}

/** One field for a name, a code, an address, or a position in any system; what fits drops down while one types. */
export function SearchBar({ point, moment, near, disabled, onPoint, onArea }: SearchBarProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(() => (point ? formatPosition(point) : ""));
  const [crs, setCRS] = useState<CRS>(point?.crs ?? "wgs84");
  const [open, setOpen] = useState(false);
  const [moved, setMoved] = useState<number | null>(null); // the row that was moved to
  const [recent, setRecent] = useState<Recent[]>([]);
  const look = useLookup({
    text, open, crs, moment, near, recent, onPoint, onArea,
    onRecent: setRecent,
    onCRS: setCRS,
    onText: write,
    onOpen: () => setOpen(true),
    onDone: (shown) => {
      setText(shown);
      fold();
      field.current?.blur(); // the keys belong to what was found, and a phone's keyboard covers it
    },
  });
  const { typed, position, options, wrong, told } = look;
  const shown = open && !disabled && (options.length > 0 || typed !== "");
  const active = options.length === 0 ? -1 : (moved ?? (typed === "" ? -1 : 0));

  function write(text: string) {
    setText(text);
    setMoved(null);
    look.clear();
    unfold();
  }

  function unfold() {
    setRecent(readRecent());
    setOpen(true);
  }

  function fold() {
    setOpen(false);
    setMoved(null);
  }

  function onKeyDown(e: KeyboardEvent) {
    if (e.nativeEvent.isComposing) return;
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      e.preventDefault();
      if (!shown) unfold();
      else if (options.length > 0) setMoved(active + step >= options.length ? 0 : active + step < 0 ? options.length - 1 : active + step);
    } else if (e.key === "Escape" && shown) {
      e.stopPropagation(); // the card stays
      fold();
    }
  }

  return (
    <form
      className="ask panel"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        void look.submit(shown ? options[active] : undefined, moved !== null);
      }}
      onBlur={(e) => {
        if (!e.currentTarget.contains(e.relatedTarget)) fold();
      }}
    >
      <div className="ask-row">
        <label className="visually-hidden" htmlFor="ask">
          {t("ask")}
        </label>
        <input
          ref={field}
          id="ask"
          type="text"
          role="combobox"
          aria-expanded={shown && options.length > 0}
          aria-controls="ask-list"
          aria-autocomplete="list"
          aria-activedescendant={shown && active >= 0 ? `ask-list-${active}` : undefined}
          inputMode="text"
          enterKeyHint="search"
          autoComplete="off"
          spellCheck={false}
          placeholder={`${t("ask")}${t("askExample")}`}
          value={text}
          disabled={disabled}
          aria-invalid={wrong !== ""}
          aria-describedby={wrong ? "ask-wrong" : undefined}
          onFocus={() => typed === "" && unfold()}
          onClick={() => typed === "" && unfold()}
          onKeyDown={onKeyDown}
          onChange={(e) => write(e.target.value)}
        />
        {position?.kind === "degrees" && (
          <>
            <label className="visually-hidden" htmlFor="crs">
              {t("crs")}
            </label>
            <select id="crs" value={position.crs ?? crs} disabled={disabled || position.crs !== undefined} title={t("crs")} onChange={(e) => setCRS(e.target.value as CRS)}>
              {crsNames.map((c) => (
                <option key={c} value={c}>
                  {t(`short_${c}`)}
                </option>
              ))}
            </select>
          </>
        )}
        <button type="submit" className="primary" disabled={disabled}>
          {t("search")}
        </button>
      </div>
      {wrong && (
        <p id="ask-wrong" className="wrong" role="alert">
          {wrong}
        </p>
      )}
      {told && (
        <p className="ask-old" role="status">
          {told}
        </p>
      )}
      {shown && (
        <FoundPanel
          text={typed}
          options={options}
          active={active}
          onActive={setMoved}
          recent={typed === ""}
          onForget={() => setRecent(forgetAll())}
          busy={look.busy}
          failed={look.failed}
          foot={look.foot}
        />
      )}
    </form>
  );
}
