/** Where a menu opens. */

export interface Size {
  width: number;
  height: number;
}

const margin = 8; // pixels kept free at the edge of the window

/**
 * The left upper corner of a menu that opens at a point: to the right and below
 * where there is room, else to the left or above, and never over the edge.
 */
export function placeMenu(at: { x: number; y: number }, menu: Size, room: Size): { x: number; y: number } {
  const along = (from: number, length: number, whole: number) => {
    const after = from + length + margin <= whole ? from : from - length;
    return Math.max(margin, Math.min(after, whole - length - margin));
  };
  return { x: along(at.x, menu.width, room.width), y: along(at.y, menu.height, room.height) };
}
