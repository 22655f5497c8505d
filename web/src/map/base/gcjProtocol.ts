/** Tiles drawn in GCJ-02, laid right under data in WGS-84: the protocol gcj02:// of MapLibre. */
import { addProtocol } from "maplibre-gl";

import { type Piece, piecesOf, tileSize, tilesUnder } from "./gcj";
import { Shelf } from "./shelf";
import { gcjScheme, type Sheet } from "./sheet";

/** A tile of 256 pixels takes a quarter of a megabyte; a window has some thirty. */
const kept = 96;

const source = new Shelf<ImageBitmap | null>(fetchTile, kept);

/** A picture; null where the provider has none. */
async function fetchTile(url: string, signal: AbortSignal): Promise<ImageBitmap | null> {
  const response = await fetch(url, { signal });
  if (response.status === 404 || response.status === 204) return null;
  if (!response.ok) throw failed(response.status);
  return createImageBitmap(await response.blob());
}

/** An error as MapLibre knows them: it says nothing of a tile that is not there. */
function failed(status: number) {
  return Object.assign(new Error(`tile: ${status}`), { status });
}

/** The address of a tile of the provider; none beyond the poles. */
function address({ tiles, tms }: Sheet, z: number, x: number, y: number): string | null {
  const most = 2 ** z;
  if (y < 0 || y >= most) return null;
  const column = ((x % most) + most) % most;
  const template = tiles[(column + y) % tiles.length] ?? "";
  return template.replace("{z}", String(z)).replace("{x}", String(column)).replace("{y}", String(tms ? most - 1 - y : y));
}

/** Draws the tile z/x/y from the provider's tiles under it. */
async function draw(sheet: Sheet, z: number, x: number, y: number, signal: AbortSignal): Promise<ImageBitmap> {
  const all = piecesOf(z, x, y);
  const { west, east, north, south } = tilesUnder(all);
  const wanted: Promise<{ column: number; row: number; picture: ImageBitmap | null }>[] = [];
  for (let row = north; row <= south; row++) {
    for (let column = west; column <= east; column++) {
      const url = address(sheet, z, column, row);
      if (url) wanted.push(source.get(url, signal).then((picture) => ({ column, row, picture })));
    }
  }
  const got = (await Promise.all(wanted)).filter((t) => t.picture !== null);
  signal.throwIfAborted();
  const scale = (got[0]?.picture?.width ?? 0) / tileSize; // 2 for pictures of 512 pixels
  if (scale === 0) throw failed(404);
  const mosaic = new OffscreenCanvas((east - west + 1) * tileSize * scale, (south - north + 1) * tileSize * scale);
  const ground = mosaic.getContext("2d");
  for (const { column, row, picture } of got) {
    if (picture) ground?.drawImage(picture, (column - west) * tileSize * scale, (row - north) * tileSize * scale, tileSize * scale, tileSize * scale);
  }
  return move(mosaic, all, west * tileSize, north * tileSize, scale);
}

/** Draws the pieces out of a mosaic whose corner is at the pixel left, top of the world. */
function move(mosaic: OffscreenCanvas, all: Piece[], left: number, top: number, scale: number): ImageBitmap {
  const canvas = new OffscreenCanvas(tileSize * scale, tileSize * scale);
  const paper = canvas.getContext("2d");
  for (const { from, to } of all) {
    const [x, y, width, height] = to.map((v) => v * scale) as Piece["to"];
    paper?.drawImage(mosaic, (from[0] - left) * scale, (from[1] - top) * scale, from[2] * scale, from[3] * scale, x, y, width, height);
  }
  return canvas.transferToImageBitmap();
}

addProtocol(gcjScheme, async ({ url }, abort) => {
  const [z = 0, x = 0, y = 0, ...rest] = url.slice(gcjScheme.length + 3).split("/").map((part, i) => (i < 3 ? Number(part) : part)) as [number, number, number, string];
  const sheet = JSON.parse(decodeURIComponent(rest.join("/"))) as Sheet;
  return { data: await draw(sheet, z, x, y, abort.signal) };
});
