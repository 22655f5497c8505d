import { type CRS, parseCRS } from "./position";

/** Degrees as somebody wrote them; crs where the text itself names the system. */
export interface Degrees {
  kind: "degrees";
  lon: number;
  lat: number;
  crs?: CRS;
}

/** Metres of a Gauss-Krüger zone of CGCS2000: easting x, northing y. */
export interface Metres {
  kind: "metres";
  x: number;
  y: number;
  epsg: number;
}

/**
 * Reads a position as people write and paste it: decimal degrees, degrees with
 * minutes and seconds, labels in Chinese or English, WKT, addresses of maps,
 * projected metres. Without a word about it longitude goes first. Null when the
 * text is something else.
 */
export function readPosition(text: string): Degrees | Metres | null {
  const typed = text.trim();
  if (typed.length > longest) return null;
  return readLink(typed) ?? readNumbers(typed);
}

const longest = 2000; // addresses are long

const decimal = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const pairs = String.raw`(${decimal})\s*(?:,|%2C)\s*(${decimal})`;

/** What addresses of maps say: where in them, which goes first, in which system. */
const links: { in: RegExp; at: RegExp; latFirst: boolean; crs: CRS }[] = [
  { in: /amap\.com|gaode\.com/i, at: new RegExp(`[?&](?:position|center|location|to|dest)=${pairs}`, "i"), latFirst: false, crs: "gcj02" },
  { in: /map\.baidu\.com/i, at: new RegExp(`[?&](?:location|center)=${pairs}`, "i"), latFirst: true, crs: "bd09" },
  { in: /map\.qq\.com/i, at: new RegExp(`coord(?::|%3A)${pairs}`, "i"), latFirst: true, crs: "gcj02" },
  { in: /^geo:/i, at: new RegExp(`^geo:${pairs}`, "i"), latFirst: true, crs: "wgs84" },
  { in: /^https?:/i, at: new RegExp(String.raw`#map=[\d.]+/(${decimal})/(${decimal})`, "i"), latFirst: true, crs: "wgs84" },
  { in: /^https?:\/\/[^/]*google/i, at: new RegExp(`(?:/@|[?&](?:q|ll|query)=)${pairs}`, "i"), latFirst: true, crs: "wgs84" },
  { in: /^https?:/i, at: new RegExp(`[?&]p=${pairs}`, "i"), latFirst: false, crs: "wgs84" }, // our own
];

function readLink(text: string): Degrees | null {
  if (!/^(https?|geo):/i.test(text)) return null;
  for (const link of links) {
    const [, a, b] = link.in.test(text) ? (link.at.exec(text) ?? []) : [];
    if (a === undefined || b === undefined) continue;
    const [lon, lat] = link.latFirst ? [Number(b), Number(a)] : [Number(a), Number(b)];
    const [, said] = /[?&](?:crs|coord_type)=(\w+)/i.exec(text) ?? [];
    return { kind: "degrees", lon, lat, crs: said === undefined ? link.crs : said === "bd09ll" ? "bd09" : parseCRS(said.replace(/ll$/, "")) };
  }
  const [, lon] = new RegExp(`[?&#](?:m?lon|lng|longitude)=(${decimal})`, "i").exec(text) ?? [];
  const [, lat] = new RegExp(`[?&#](?:m?lat|latitude)=(${decimal})`, "i").exec(text) ?? [];
  return lon === undefined || lat === undefined ? null : { kind: "degrees", lon: Number(lon), lat: Number(lat), crs: "wgs84" };
}

/** What stands for the axes and the marks of angles, each as one sign. */
const signs: [RegExp, string][] = [
  [/["']?(?:longitude|long|lon|lng|东经|经度|東經|經度)["']?/gi, "E"],
  [/["']?(?:latitude|lat|北纬|纬度|北緯|緯度)["']?/gi, "N"],
  [/西经|西經/g, "W"],
  [/南纬|南緯/g, "S"],
  [/度|º|˚/g, "°"],
  [/″|”|“|''|′′|’’|秒/g, '"'],
  [/′|’|‘|分/g, "'"],
  [/^\s*point\s*(?=\()/i, ""],
  [/[{}()[\]]/g, " "],
];

const angle = new RegExp(
  String.raw`([EWNS])|([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+(?![\d°]))?)(?:\s*°(?:\s*(\d+(?:\.\d+)?)\s*'(?:\s*(\d+(?:\.\d+)?)\s*")?)?)?|[\s,;、/:=&]+`,
  "iy",
);

interface Written {
  degrees: number;
  marked: boolean; // with the sign of degrees
  axis: string;
  from: number;
  to: number;
}

function readNumbers(text: string): Degrees | Metres | null {
  const metres = readMetres(text);
  if (metres) return metres;
  let plain = text;
  for (const [from, to] of signs) plain = plain.replace(from, to);
  plain = plain.normalize("NFKC").replace(/([EWNS])\s*[:=]\s*/g, "$1");
  const found = readAngles(plain);
  if (found?.length !== 2) return null;
  const [a, b] = found as [Written, Written];
  const eastFirst = eastGoesFirst(a, b);
  if (eastFirst === null) return null;
  const [east, north] = eastFirst ? [a, b] : [b, a];
  return { kind: "degrees", lon: east.axis === "W" ? -east.degrees : east.degrees, lat: north.axis === "S" ? -north.degrees : north.degrees };
}

/** Reads angles with the letters that name their axes, before or behind; null when there is anything else. */
function readAngles(text: string): Written[] | null {
  const found: Written[] = [];
  const letters: { axis: string; from: number; to: number }[] = [];
  angle.lastIndex = 0;
  while (angle.lastIndex < text.length) {
    const from = angle.lastIndex;
    const m = angle.exec(text);
    if (!m || (m[2] !== undefined && /[\d.]$/.test(text.slice(0, from)))) return null; // nor may a number run on into the next
    const to = angle.lastIndex;
    if (m[1] !== undefined) letters.push({ axis: m[1].toUpperCase(), from, to });
    else if (m[2] !== undefined) {
      const [whole, minutes, seconds] = [Number(m[2]), Number(m[3] ?? 0), Number(m[4] ?? 0)];
      if (minutes >= 60 || seconds >= 60 || Math.abs(whole) > 1000) return null; // two codes, perhaps
      if (m[3] !== undefined && !Number.isInteger(whole)) return null;
      const part = minutes / 60 + seconds / 3600;
      found.push({ degrees: m[2].startsWith("-") ? whole - part : whole + part, marked: m[0].includes("°"), axis: "", from, to });
    }
  }
  for (const letter of letters) {
    const near = found.filter((w) => w.axis === "").sort((v, w) => gap(v, letter) - gap(w, letter))[0];
    if (!near) return null;
    near.axis = letter.axis;
  }
  return found;
}

/** How far a letter stands from an angle; behind one goes before in front of the next. */
function gap(w: { from: number; to: number }, letter: { from: number; to: number }): number {
  return w.to <= letter.from ? letter.from - w.to : w.from - letter.to + 0.5;
}

/** Whether the first of two is the longitude; null when their letters contradict each other. */
function eastGoesFirst(a: Written, b: Written): boolean | null {
  const axis = (w: Written) => (w.axis === "" ? "" : "EW".includes(w.axis) ? "east" : "north");
  if (axis(a) !== "" && axis(a) === axis(b)) return null;
  if (axis(a) !== "") return axis(a) === "east";
  if (axis(b) !== "") return axis(b) === "north";
  // Degrees with their sign are written latitude first as often as not; only one can be more than 90.
  return !(a.marked && b.marked && Math.abs(b.degrees) > 90 && Math.abs(a.degrees) <= 90);
}

const ownMeridian = 4546; // 111° E

/**
 * Reads two numbers of metres in either order: an easting has six digits, or
 * eight when it begins with the number of its zone.
 */
function readMetres(text: string): Metres | null {
  const plain = text
    .normalize("NFKC")
    .replace(/(?:东坐标|北坐标|横坐标|纵坐标|easting|northing|[xyen])\s*[:=]?\s*(?=\d)/gi, " ")
    .replace(/(\d)\s*(?:米|m)(?=$|[\s,;、])/gi, "$1");
  const numbers = plain.trim().split(/[,;、\s/]+/).filter(Boolean);
  if (numbers.length !== 2 || !numbers.every((n) => /^\d+(\.\d+)?$/.test(n))) return null;
  const [a, b] = numbers.map(Number) as [number, number];
  if (Math.min(a, b) <= 1000 || Math.max(a, b) >= 1e8) return null;
  const easting = (n: number) => (n >= 1e7 ? 2 : n < 1e6 ? 1 : 0);
  const [x, y] = easting(b) > easting(a) ? [b, a] : [a, b];
  const zone = Math.floor(x / 1e6);
  const epsg = zone >= 25 && zone <= 45 ? 4513 + zone - 25 : zone >= 13 && zone <= 23 ? 4491 + zone - 13 : ownMeridian;
  return { kind: "metres", x, y, epsg };
}
