/** Base maps for tests: a server of numbered tiles, and a small PMTiles file. */
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { crc32, deflateSync } from "node:zlib";

import { fromGeojsonVt } from "@maplibre/vt-pbf";
import gcoord from "gcoord";
import { zxyToTileId } from "pmtiles";

type XY = [number, number];

/** Degrees to pixels of the world at a zoom, by tiles of 256 pixels. */
export function pixel([lon, lat]: XY, z: number): XY {
  const world = 256 * 2 ** z;
  return [((lon + 180) / 360) * world, (0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * world];
}

/** The tile that a place lies in, as z/x/y. */
export function tileOf(at: XY, z: number): string {
  return [z, ...pixel(at, z).map((v) => Math.floor(v / 256))].join("/");
}

export const asGCJ = (at: XY): XY => gcoord.transform<XY>([...at], gcoord.WGS84, gcoord.GCJ02);

const font: Record<string, string[]> = {
  "0": ["111", "101", "101", "101", "111"],
  "1": ["010", "110", "010", "010", "111"],
  "2": ["111", "001", "111", "100", "111"],
  "3": ["111", "001", "111", "001", "111"],
  "4": ["101", "101", "111", "001", "001"],
  "5": ["111", "100", "111", "001", "111"],
  "6": ["111", "100", "111", "101", "111"],
  "7": ["111", "001", "001", "001", "001"],
  "8": ["111", "101", "111", "101", "111"],
  "9": ["111", "101", "111", "001", "111"],
  "/": ["001", "001", "010", "100", "100"],
};

type Colour = [number, number, number];
const grounds: Colour[] = [
  [196, 216, 232],
  [214, 228, 200],
  [238, 222, 190],
  [222, 206, 226],
];

/** A tile of one colour with its number, a thin frame, and a magenta square of 12 pixels at each place. */
export function numbered(z: number, x: number, y: number, places: XY[]): Buffer {
  const [r, g, b] = grounds[(x % 2) + 2 * (y % 2)] ?? [0, 0, 0];
  const rows = Array.from({ length: 256 }, () => {
    const row = Buffer.alloc(1 + 256 * 3);
    for (let i = 0; i < 256; i++) row.set([r, g, b], 1 + i * 3);
    return row;
  });
  const square = (left: number, top: number, size: number, colour: Colour) => {
    for (let v = Math.max(0, top); v < Math.min(256, top + size); v++) for (let u = Math.max(0, left); u < Math.min(256, left + size); u++) rows[v]?.set(colour, 1 + u * 3);
  };
  for (let i = 0; i < 256; i++) {
    square(i, 0, 1, [120, 120, 120]);
    square(0, i, 1, [120, 120, 120]);
  }
  [...`${z}/${x}/${y}`].forEach((c, n) =>
    font[c]?.forEach((line, v) => [...line].forEach((on, u) => on === "1" && square(8 + n * 16 + u * 4, 8 + v * 4, 4, [70, 80, 90]))),
  );
  for (const at of places) {
    const [px, py] = pixel(at, z);
    square(Math.round(px - x * 256) - 6, Math.round(py - y * 256) - 6, 12, [255, 0, 255]);
  }
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.from([0, 0, 1, 0, 0, 0, 1, 0, 8, 2, 0, 0, 0]);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(Buffer.concat(rows))), chunk("IEND", Buffer.alloc(0))]);
}

/** Serves /wgs84/z/x/y.png and /gcj02/z/x/y.png, each with a square where the place lies in its system. */
export class TileServer {
  /** The paths that were asked for. */
  asked: string[] = [];
  /** Answers 503 from now on. */
  broken = false;
  url = "";
  private server: Server | undefined;

  constructor(private place: XY) {}

  async start() {
    const server = createServer((request, response) => {
      const path = request.url ?? "";
      this.asked.push(path.slice(1).replace(".png", ""));
      const [, system, z, x, y] = /^\/(wgs84|gcj02)\/(\d+)\/(\d+)\/(\d+)\.png$/.exec(path) ?? [];
      response.setHeader("Access-Control-Allow-Origin", "*");
      if (this.broken || !system) {
        response.writeHead(this.broken ? 503 : 404).end();
        return;
      }
      response.setHeader("Content-Type", "image/png");
      response.end(numbered(Number(z), Number(x), Number(y), [system === "gcj02" ? asGCJ(this.place) : this.place]));
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop() {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

interface Shape {
  layer: string;
  type: 1 | 2 | 3;
  tags: Record<string, string | number>;
  at: XY[];
}

/** A town around a place, as Protomaps would tile it. */
function town([lon, lat]: XY): Shape[] {
  const at = (dx: number, dy: number): XY => [lon + dx * 0.01, lat + dy * 0.01];
  const box = (x0: number, y0: number, x1: number, y1: number) => [at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1), at(x0, y0)];
  return [
    { layer: "earth", type: 3, tags: { kind: "earth" }, at: box(-9, -9, 9, 9) },
    { layer: "landuse", type: 3, tags: { kind: "park" }, at: box(-1.1, 0.2, -0.3, 0.9) },
    { layer: "water", type: 3, tags: { kind: "water" }, at: box(0.5, -1.2, 1.3, -0.4) },
    ...[-0.8, -0.5, 0.1, 0.4].map((x): Shape => ({ layer: "buildings", type: 3, tags: { kind: "building" }, at: box(x, -0.35, x + 0.12, -0.2) })),
    { layer: "roads", type: 2, tags: { kind: "major_road", name: "新华大街" }, at: [at(-4, 0), at(4, 0.1)] },
    { layer: "roads", type: 2, tags: { kind: "highway", name: "呼伦贝尔路" }, at: [at(0.2, -4), at(0.25, 4)] },
    ...[-1.2, -0.6, 0.7].map((x): Shape => ({ layer: "roads", type: 2, tags: { kind: "minor_road" }, at: [at(x, -3), at(x, 3)] })),
    { layer: "boundaries", type: 2, tags: { kind: "country", kind_detail: 2 }, at: [at(-4, 0.5), at(4, 0.5)] },
    { layer: "places", type: 1, tags: { kind: "neighbourhood", name: "满都海公园" }, at: [at(-0.7, 0.55)] },
  ];
}

/** Writes a PMTiles file of vector tiles at zooms 12 to 14 around a place. */
export function writeArchive(path: string, place: XY) {
  const tiles: { id: number; data: Uint8Array }[] = [];
  for (let z = 12; z <= 14; z++) {
    const [cx, cy] = pixel(place, z).map((v) => Math.floor(v / 256)) as XY;
    for (let x = cx - 2; x <= cx + 2; x++) for (let y = cy - 2; y <= cy + 2; y++) tiles.push({ id: zxyToTileId(z, x, y), data: tile(z, x, y, town(place)) });
  }
  tiles.sort((a, b) => a.id - b.id);
  const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))]);
  const root = Buffer.from(
    [
      varint(tiles.length),
      ...tiles.map((t, i) => varint(t.id - (tiles[i - 1]?.id ?? 0))),
      ...tiles.map(() => varint(1)),
      ...tiles.map((t) => varint(t.data.length)),
      ...tiles.map((_, i) => varint(i === 0 ? 1 : 0)), // the first lies at 0, each next one behind
    ].flat(),
  );
  const layers = ["earth", "landuse", "water", "roads", "buildings", "boundaries", "places"].map((id) => ({ id, fields: {} }));
  const metadata = Buffer.from(JSON.stringify({ attribution: "测试数据", vector_layers: layers }));
  const data = Buffer.concat(tiles.map((t) => t.data));
  const head = Buffer.alloc(127);
  head.write("PMTiles\x03", "latin1");
  let at = head.length;
  [root.length, metadata.length, 0, data.length].forEach((length, i) => {
    head.writeBigUInt64LE(BigInt(at), 8 + 16 * i);
    head.writeBigUInt64LE(BigInt(length), 16 + 16 * i);
    at += length;
  });
  head.set([1, 1, 1, 1, 12, 14], 96);
  const [lon, lat] = place;
  [lon - 0.09, lat - 0.09, lon + 0.09, lat + 0.09].forEach((v, i) => head.writeInt32LE(Math.round(v * 1e7), 102 + 4 * i));
  writeFileSync(path, Buffer.concat([head, root, metadata, data]));
}

function tile(z: number, x: number, y: number, shapes: Shape[]): Uint8Array {
  const within = (at: XY): XY => pixel(at, z).map((v, i) => Math.round((v / 256 - (i === 0 ? x : y)) * 4096)) as XY;
  const layers: Record<string, { features: object[] }> = {};
  for (const s of shapes) {
    const line = s.at.map(within);
    (layers[s.layer] ??= { features: [] }).features.push({ type: s.type, tags: s.tags, geometry: s.type === 1 ? line : [line] });
  }
  return fromGeojsonVt(layers as unknown as Parameters<typeof fromGeojsonVt>[0], { version: 2, extent: 4096 });
}
