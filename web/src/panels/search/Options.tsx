import { useTranslation } from "react-i18next";

/** One row that can be chosen: an area, a position, something looked up lately. */
export interface Option {
  key: string;
  title: string;
  /** Ranges of the title's characters that were typed. */
  matched: number[][];
  level?: string;
  below: string;
  /** The code, where it is not the title. */
  code?: string;
  codeMatched?: number[][];
  choose: () => void;
}

interface OptionsProps {
  id: string;
  label: string;
  options: Option[];
  active: number;
  onActive: (i: number) => void;
}

/** The rows under the search field. The focus stays in the field, so that typing goes on. */
export function Options({ id, label, options, active, onActive }: OptionsProps) {
  return (
    <ul id={id} role="listbox" aria-label={label} className="options">
      {options.map((o, i) => (
        <li
          key={o.key}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === active}
          ref={i === active ? scrollTo : undefined}
          onPointerMove={() => i !== active && onActive(i)}
          onPointerDown={(e) => e.preventDefault()}
          onClick={o.choose}
        >
          <span className="option-title">
            <Marked text={o.title} ranges={o.matched} />
            <Level of={o} />
          </span>
          {o.code && (
            <code className="option-code">
              <Marked text={o.code} ranges={o.codeMatched ?? []} />
            </code>
          )}
          {o.below && <span className="option-below">{o.below}</span>}
        </li>
      ))}
    </ul>
  );
}

/** The word for the level, where the title does not end with it anyway. */
function Level({ of }: { of: Option }) {
  const { t } = useTranslation();
  const word = of.level ? t(`level_${of.level}` as "level_grid") : "";
  return word === "" || of.title.endsWith(word) ? null : <small className="option-level">{word}</small>;
}

function scrollTo(row: HTMLLIElement | null) {
  row?.scrollIntoView({ block: "nearest" });
}

/** Text with ranges of its characters emphasised. */
function Marked({ text, ranges }: { text: string; ranges: number[][] }) {
  const characters = Array.from(text);
  const piece = (from?: number, to?: number) => characters.slice(from, to).join("");
  return (
    <bdi>
      {ranges.map(([from = 0, to = 0], i) => (
        <span key={from}>
          {piece(ranges[i - 1]?.[1] ?? 0, from)}
          <mark>{piece(from, to)}</mark>
        </span>
      ))}
      {piece(ranges.at(-1)?.[1] ?? 0)}
    </bdi>
  );
}
