/** The settings of a sheet, in the address behind those of the map. */

import { readAddress, type View, writeAddress } from "../address";
import { type Level, levels } from "../map/levels";
import { layoutOf, type Size, sizes, type Turn, turns } from "./paper";
import { mmPerPixel, roundUp, scaleOf } from "./scale";

export interface Sheet {
  size: Size;
  turn: Turn;
  /** Null is the one that tells what is shown; "" is none. */
  title: string | null;
  note: string;
  /** N of 1 : N; "free" as far as the map is zoomed; null is the round one that holds what is to be seen. */
  scale: number | "free" | null;
  /** The levels to draw, whatever the scale; null draws what the screen would. */
  levels: Level[] | null;
  names: boolean;
  codes: boolean;
  /** The selected area stands out. */
  marked: boolean;
}

const longest = { title: 60, note: 150 };
const finest = 100;
const coarsest = 1e7;

export function readSheet(search: string): Sheet {
  const q = new URLSearchParams(search);
  const one = <T extends string>(of: readonly T[], name: string): T | undefined => of.find((x) => x === q.get(name));
  const scale = Number(q.get("scale"));
  const chosen = q.get("levels")?.split(",");
  return {
    size: one(sizes, "size") ?? "a4",
    turn: one(turns, "turn") ?? "landscape",
    title: q.get("title")?.slice(0, longest.title) ?? null,
    note: q.get("note")?.slice(0, longest.note) ?? "",
    scale: q.get("scale") === "free" ? "free" : scale >= finest && scale <= coarsest ? Math.round(scale) : null,
    levels: chosen ? levels.filter((l) => chosen.includes(l)) : null,
    names: q.get("names") !== "0",
    codes: q.get("codes") === "1",
    marked: q.get("mark") !== "0",
  };
}

export function writeSheet(s: Sheet): string {
  const q = [`size=${s.size}`, `turn=${s.turn}`];
  if (s.title !== null) q.push(`title=${encodeURIComponent(s.title)}`);
  if (s.note) q.push(`note=${encodeURIComponent(s.note)}`);
  if (s.scale !== null) q.push(`scale=${s.scale}`);
  if (s.levels) q.push(`levels=${s.levels.join(",")}`);
  if (!s.names) q.push("names=0");
  if (s.codes) q.push("codes=1");
  if (!s.marked) q.push("mark=0");
  return q.join("&");
}

/** The map's address and the sheet's settings together. */
export function writePrint(map: string, sheet: Sheet): string {
  return `/print${map || "?"}${map ? "&" : ""}${writeSheet(sheet)}`;
}

/**
 * The address that prints what a map shows, from the map's own address: upright
 * on an upright window, and at the round scale that holds what is in sight.
 */
export function printAddress(search: string): string {
  const address = readAddress(search);
  const { innerWidth: width, innerHeight: height } = window;
  const turn: Turn = height > width ? "portrait" : "landscape";
  const sheet: Sheet = { ...readSheet(""), turn, scale: address.view && scaleToHold(address.view, turn, width, height) };
  return writePrint(writeAddress(address), sheet);
}

/** The round scale at which an A4 sheet holds what a window of this size, in pixels, shows. */
export function scaleToHold(view: View, turn: Turn, width: number, height: number): number {
  const { map } = layoutOf("a4", turn);
  const shrink = Math.max((width * mmPerPixel) / map.width, (height * mmPerPixel) / map.height);
  return Math.min(coarsest, Math.max(finest, roundUp(scaleOf(view.zoom, view.lat) * shrink)));
}
