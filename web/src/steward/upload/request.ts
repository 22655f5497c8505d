/** From what an upload holds to the request that imports it. */

import { type Level, levels } from "../../map/levels";
import type { ImportRequest, Look, Proposal } from "../service";

/** What the steward may set before a file is read. Empty text leaves a choice to the service. */
export interface Form {
  district: string;
  districtName: string;
  edition: string;
  base: string;
  level: Level;
  code: string;
  name: string;
  parent: string;
  kind: string;
  /** auto, wgs84, cgcs2000, gcj02, bd09 or epsg */
  crs: string;
  epsg: string;
  swap: boolean;
  east: string;
  north: string;
  charset: "" | "utf-8" | "gbk";
  layer: string;
  scheme: "" | "gbt" | "opaque";
  coverage: "" | "strict" | "tolerant";
  whole: boolean;
  waive: Record<string, string>;
}

/** Where an upload goes: a draft that is there, or a new one. */
export interface Target {
  district: string;
  edition: string;
  base: string;
  isNew: boolean;
}

/** A district that this service was first made for, by its code. */
const knownDistricts: Record<string, string> = { "150102": "新城区" };

/** The first guess: what the look proposes, everything else left to the service. */
export function firstForm(look: Look, target: Target): Form {
  const district = target.district || districtIn(look) || "150102";
  return {
    district,
    districtName: knownDistricts[district] ?? "",
    edition: target.edition,
    base: target.base,
    level: levels.find((l) => l === look.level) ?? "grid",
    code: look.code_field ?? "",
    name: look.name_field ?? "",
    parent: look.parent_field ?? "",
    kind: "",
    crs: "auto",
    epsg: "",
    swap: false,
    east: "",
    north: "",
    charset: "",
    layer: "",
    scheme: "",
    coverage: "",
    whole: false,
    waive: {},
  };
}

/** The six digits that all sampled codes begin with; "" where they do not. */
export function districtIn(look: Look): string {
  const codes = look.samples.map((s) => s[look.code_field ?? ""] ?? "");
  const first = /^\d{6}/.exec(codes[0] ?? "")?.[0] ?? "";
  return first && codes.every((c) => c.startsWith(first)) ? first : "";
}

/** What is wrong with the form: the name of the field; null when nothing is. */
export function faultOf(f: Form): "district" | "edition" | "epsg" | "shift" | null {
  if (!f.district.trim()) return "district";
  if (!f.edition.trim()) return "edition";
  if (f.crs === "epsg" && !/^\d{4,6}$/.test(f.epsg.trim())) return "epsg";
  if ([f.east, f.north].some((v) => v.trim() !== "" && !Number.isFinite(Number(v)))) return "shift";
  return null;
}

/** The request; fields that say nothing are left out. */
export function requestOf(f: Form, upload: string, commit: boolean): ImportRequest {
  const shift = [Number(f.east) || 0, Number(f.north) || 0];
  const text = (v: string) => v.trim() || undefined;
  return {
    upload,
    level: f.level,
    district: text(f.district),
    district_name: text(f.districtName),
    edition: text(f.edition),
    base: text(f.base),
    whole: f.whole || undefined,
    code_field: text(f.code),
    name_field: text(f.name),
    parent_field: text(f.parent),
    kind_field: text(f.kind),
    layer: text(f.layer),
    charset: f.charset || undefined,
    crs: f.crs === "epsg" ? `EPSG:${f.epsg.trim()}` : f.crs === "auto" ? undefined : f.crs,
    swap_axes: f.swap || undefined,
    shift: shift[0] || shift[1] ? shift : undefined,
    scheme: f.scheme || undefined,
    coverage: f.coverage || undefined,
    keep_defects: true,
    waive: Object.keys(f.waive).length > 0 ? f.waive : undefined,
    commit,
  };
}

/** The form with which a file is read again, as a finding proposes. */
export function reread(f: Form, p: Proposal): Form {
  const next = { ...f, swap: p.swap_axes ?? false, east: "", north: "" };
  if (p.shift) [next.east, next.north] = [String(p.shift[0] ?? 0), String(p.shift[1] ?? 0)];
  if (p.crs) {
    const epsg = /^EPSG:(\d+)$/i.exec(p.crs)?.[1];
    [next.crs, next.epsg] = epsg ? ["epsg", epsg] : [p.crs.toLowerCase(), ""];
  }
  return next;
}

const known = ["zip", "shp", "dbf", "prj", "cpg", "shx", "gpkg", "geojson", "json", "kml", "kmz", "csv"];
const data = ["zip", "shp", "gpkg", "geojson", "json", "kml", "kmz", "csv"];

export const accepted = known.map((e) => `.${e}`).join(",");

const ending = (name: string) => name.toLowerCase().split(".").pop() ?? "";

/** Why files cannot be uploaded together: none that holds boundaries, more than one, or a .shp alone; null when they can. */
export function fileFault(names: string[]): "noData" | "several" | "shpAlone" | null {
  const endings = names.map(ending);
  const holding = endings.filter((e) => data.includes(e));
  if (holding.length === 0) return "noData";
  if (holding.length > 1) return "several";
  return holding[0] === "shp" && !endings.includes("dbf") ? "shpAlone" : null;
}

/** The files worth sending: those that belong to a format that is read. */
export const worthSending = (name: string) => known.includes(ending(name));

/** The layers that a refusal lists behind its colon. */
export function layersIn(detail: string): string[] {
  const list = /[：:] ?([^：:]*)$/.exec(detail)?.[1] ?? "";
  return list
    .split(/[,、] ?/)
    .map((s) => s.trim().replace(/^"|"$/g, ""))
    .filter((s) => s !== "" && s !== "…");
}
