/** The sheet of paper and what lies where on it, in millimetres from its upper left corner. */

export const sizes = ["a4", "a3"] as const;
export type Size = (typeof sizes)[number];
export const turns = ["landscape", "portrait"] as const;
export type Turn = (typeof turns)[number];

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where the parts of a sheet lie. */
export interface Layout {
  paper: { width: number; height: number };
  /** How much larger than on A4 letters and furniture are. */
  unit: number;
  title: Box;
  /** The map itself, within its frame. */
  map: Box;
  /** Room between the map's edge and the outer line of its frame, for degrees. */
  band: number;
  /** Legend, table, scale and sources: beside the map, or below it. */
  side: Box;
  foot: Box;
}

const sides: Record<Size, [number, number]> = { a4: [210, 297], a3: [297, 420] };
const margin = 10; // what printers can reach, with a little to spare

export function layoutOf(size: Size, turn: Turn): Layout {
  const [short, long] = sides[size];
  const [width, height] = turn === "landscape" ? [long, short] : [short, long];
  const unit = size === "a3" ? 1.3 : 1;
  const inner = width - 2 * margin;
  const band = 4.5 * unit;
  const gap = 4 * unit;
  const title = { x: margin, y: margin, width: inner, height: 13 * unit };
  const foot = { x: margin, y: height - margin - 4 * unit, width: inner, height: 4 * unit };
  const top = title.y + title.height;
  const room = foot.y - 2.5 * unit - top;
  const beside = turn === "landscape";
  const side = beside
    ? { x: width - margin - 56 * unit, y: top, width: 56 * unit, height: room }
    : { x: margin, y: top + room - 56 * unit, width: inner, height: 56 * unit };
  const outer = beside ? { width: inner - side.width - gap, height: room } : { width: inner, height: room - side.height - gap };
  const map = { x: margin + band, y: top + band, width: outer.width - 2 * band, height: outer.height - 2 * band };
  return { paper: { width, height }, unit, title, map, band, side, foot };
}
