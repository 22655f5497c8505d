import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Area, ask, Refusal } from "../api/client";
import { type CRS, crsNames, formatPosition, parsePosition, type Position } from "../position";

interface SearchBarProps {
  point: Position | null;
  disabled: boolean;
  onPoint: (p: Position) => void;
  /** asked is the code that was typed, which may be an old one. */
  onArea: (a: Area, asked: string) => void;
}

interface Candidate {
  label: string;
  district: string;
  level: string;
  code: string;
}

/** One field for a coordinate in any system, or the code of an area. */
export function SearchBar({ point, disabled, onPoint, onArea }: SearchBarProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => (point ? formatPosition(point) : ""));
  const [crs, setCRS] = useState<CRS>(point?.crs ?? "wgs84");
  const [wrong, setWrong] = useState("");
  const [candidates, setCandidates] = useState<Candidate[]>([]);
  const [old, setOld] = useState("");

  async function submit() {
    setWrong("");
    setOld("");
    setCandidates([]);
    const typed = text.trim();
    if (typed === "") return;
    const p = parsePosition(typed);
    if (p) {
      onPoint({ ...p, crs });
      return;
    }
    try {
      const code = typed.normalize("NFKC");
      const found = await ask(api.GET("/api/v1/areas/{code}", { params: { path: { code } } }));
      if (found.note) setOld(found.note.kind === "ended" ? t("oldCodeEnded", { code }) : t("oldCode", { code }));
      onArea(found, code);
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      if (e.code === "ambiguous_code") {
        setCandidates((e.items ?? []).map(candidate));
        setWrong(t("candidates"));
      } else {
        setWrong(e.code === "no_such_area" ? t("notFound", { code: typed }) : e.detail);
      }
    }
  }

  async function choose(c: Candidate) {
    setWrong("");
    setCandidates([]);
    const path = { district: c.district, level: c.level as Area["level"], code: c.code };
    onArea(await ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}", { params: { path } })), c.code);
  }

  return (
    <form
      className="ask panel"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <div className="ask-row">
        <label className="visually-hidden" htmlFor="ask">
          {t("ask")}
        </label>
        <input
          id="ask"
          type="text"
          inputMode="text"
          enterKeyHint="search"
          autoComplete="off"
          spellCheck={false}
          placeholder={`${t("ask")}${t("askExample")}`}
          value={text}
          disabled={disabled}
          aria-invalid={wrong !== ""}
          aria-describedby={wrong ? "ask-wrong" : undefined}
          onChange={(e) => {
            setText(e.target.value);
            setWrong("");
            setOld("");
            setCandidates([]);
          }}
        />
        <label className="visually-hidden" htmlFor="crs">
          {t("crs")}
        </label>
        <select id="crs" value={crs} disabled={disabled} title={t("crs")} onChange={(e) => setCRS(e.target.value as CRS)}>
          {crsNames.map((c) => (
            <option key={c} value={c}>
              {t(`short_${c}`)}
            </option>
          ))}
        </select>
        <button type="submit" className="primary" disabled={disabled}>
          {t("search")}
        </button>
      </div>
      {wrong && (
        <p id="ask-wrong" className="wrong" role="alert">
          {wrong}
        </p>
      )}
      {old && (
        <p className="ask-old" role="status">
          {old}
        </p>
      )}
      {candidates.length > 0 && (
        <ul className="candidates">
          {candidates.map((c) => (
            <li key={`${c.district}/${c.level}/${c.code}`}>
              <button type="button" onClick={() => void choose(c)}>
                {c.label} <small>{t(`level_${c.level}` as "level_grid")}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}

/** Reads a candidate from the path that the service gives. */
function candidate(item: { detail: string; location?: string }): Candidate {
  const [, district = "", level = "", ...code] = /districts\/([^/]+)\/areas\/([^/]+)\/(.+)$/.exec(item.location ?? "") ?? [];
  return { label: item.detail, district, level, code: code.join("/") };
}
