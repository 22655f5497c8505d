import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { View } from "../../address";
import { api, type Area, ask, Refusal, type SearchResult } from "../../api/client";
import { type CRS, formatPosition, type Position } from "../../position";
import { type Degrees, type Metres, readPosition } from "../../reading";
import { toDegrees } from "./toDegrees";
import type { Option } from "./Options";
import { identity, type Recent, remember } from "./recent";
import { above, candidate, looksLikeCode, rowOf } from "./rows";
import { longestText, useFound } from "./useFound";

/** An area that somebody asked for; note says that its code is an old one. */
export type Asked = Pick<Area, "district" | "level" | "code" | "note">;

interface Lookup {
  text: string;
  open: boolean;
  crs: CRS;
  moment: string;
  near: View | null;
  recent: Recent[];
  onRecent: (list: Recent[]) => void;
  onCRS: (crs: CRS) => void;
  onText: (text: string) => void;
  /** Something was chosen, and the field says so. */
  onDone: (shown: string) => void;
  /** There are rows to choose from. */
  onOpen: () => void;
  onPoint: (p: Position) => void;
  onArea: (a: Asked, asked: string) => void;
}

/** What a text in the search field means: the rows to choose from, and what Enter does. */
export function useLookup(l: Lookup) {
  const { t } = useTranslation();
  const [wrong, setWrong] = useState("");
  const [told, setTold] = useState("");
  const [bearers, setBearers] = useState<Option[]>([]); // of one old code
  const typed = l.text.trim();
  const position = readPosition(typed);
  const { found, failed, current, now } = useFound(position ? "" : typed.slice(0, longestText), l.moment, l.near, l.open);

  function clear() {
    setWrong("");
    setTold("");
    setBearers([]);
  }

  /** Runs what asks the service; what it refuses is said. */
  async function trying(work: () => Promise<unknown>, say = (detail: string) => detail) {
    try {
      await work();
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      setWrong(say(e.detail));
    }
  }

  const goTo = (p: Degrees | Metres) =>
    trying(
      async () => {
        const at = p.kind === "metres" ? await toDegrees(p) : { lon: p.lon, lat: p.lat, crs: p.crs ?? l.crs };
        const link = p.kind === "degrees" && p.crs !== undefined; // too long to stay in the field
        if (link) l.onCRS(at.crs);
        l.onRecent(remember({ text: typed, chain: "" }));
        l.onDone(link ? formatPosition(at) : typed);
        l.onPoint(at);
      },
      (why) => t("metresRefused", { why }),
    );

  function choose(r: SearchResult, rest = "") {
    clear();
    l.onRecent(remember({ text: r.name || r.code, chain: r.chain, area: { district: r.district, level: r.level, code: r.code } }));
    l.onDone(r.field === "code" ? r.code : r.name);
    if (rest) setTold(t("restUnused", { name: r.name, rest }));
    l.onArea(r, r.code);
  }

  function again(r: Recent) {
    if (!r.area) return l.onText(r.text);
    l.onRecent(remember(r));
    l.onDone(r.text);
    l.onArea({ ...r.area, level: r.area.level as Area["level"] }, r.area.code);
  }

  /** Asks for a code that no area has today: an old one, perhaps. False where nobody ever had it. */
  async function askOld(code: string): Promise<boolean> {
    try {
      const old = await ask(api.GET("/api/v1/areas/{code}", { params: { path: { code } } }));
      l.onDone(typed);
      if (old.note) setTold(old.note.kind === "ended" ? t("oldCodeEnded", { code }) : t("oldCode", { code }));
      l.onArea(old, code);
    } catch (e) {
      if (!(e instanceof Refusal) || !["no_such_area", "ambiguous_code"].includes(e.code)) throw e;
      if (e.code === "no_such_area") return false;
      setWrong(t("candidates"));
      setBearers((e.items ?? []).map((item) => bearer(candidate(item), item.detail)));
      l.onOpen();
    }
    return true;
  }

  function bearer(key: ReturnType<typeof candidate>, title: string): Option {
    const path = { params: { path: key } };
    const choose = () =>
      void trying(async () => {
        const old = await ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}", path));
        l.onDone(key.code);
        clear();
        l.onArea(old, key.code);
      });
    return { key: `${key.district}/${key.level}/${key.code}`, title, matched: [], level: key.level, below: key.district, choose };
  }

  /** Enter: goes to the position, or to the row; moved says that it was moved to. */
  async function submit(row: Option | undefined, moved: boolean) {
    if (position) return goTo(position);
    if (row && (moved || bearers.length > 0)) return row.choose();
    if (typed === "") return;
    const seen = l.open && current; // whoever saw the rows means the first
    clear();
    await trying(async () => {
      const code = typed.normalize("NFKC");
      const { results, rest } = await now(typed.slice(0, longestText));
      const named = results.filter((r) => r.code === code || r.name === code);
      if (named.length === 0 && looksLikeCode(code) && (await askOld(code))) return;
      const [best] = results;
      if (!best) setWrong(looksLikeCode(code) ? t("notFound", { code }) : t("searchFoundNothing", { text: typed }));
      else if (seen || results.length === 1 || named.length === 1) choose(seen ? best : (named[0] ?? best), rest);
      else l.onOpen();
    });
  }

  /** The row of a position says how it was read. */
  function place(p: Degrees | Metres): Option {
    const read = p.kind === "degrees" ? t("degreesRead", { lon: round(p.lon), lat: round(p.lat) }) : t("metresRead", { x: p.x, y: p.y });
    const below = p.kind === "degrees" ? t(`crs_${p.crs ?? l.crs}`) : t("metresSystem", { epsg: p.epsg });
    return { key: "place", title: t("goThere", { position: read }), matched: [], below, choose: () => void goTo(p) };
  }

  function late(r: Recent): Option {
    const of = r.area ? { level: r.area.level, code: r.area.code } : {};
    return { key: identity(r), title: r.text, matched: [], below: above(r.chain), ...of, choose: () => again(r) };
  }

  let options: Option[];
  let foot: string[] = [];
  if (bearers.length > 0) options = bearers;
  else if (position) options = [place(position)];
  else if (typed === "") options = l.recent.map(late);
  else {
    options = (found?.results ?? []).map((r) => ({ ...rowOf(r), choose: () => choose(r, found?.rest) }));
    if (found?.rest) foot = [t("restUnused", { name: found.results[0]?.name, rest: found.rest })];
    if (found?.more) foot = [...foot, t("foundMore")];
  }
  const busy = !position && typed !== "" && !current && !failed;
  return { typed, position, options, foot, busy, failed, wrong, told, clear, submit };
}

function round(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}
