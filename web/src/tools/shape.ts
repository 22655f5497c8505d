/** What is drawn on the map, and how the address holds it. */

/** Longitude and latitude in degrees, WGS-84, six decimals (about 10 cm). */
export type Place = [number, number];

const perDegree = 1e6;

/** Rounds a place as the address keeps it, so that a link counts the same. */
export function placeAt(lngLat: { lng: number; lat: number }): Place {
  return [Math.round(lngLat.lng * perDegree) / perDegree, Math.round(lngLat.lat * perDegree) / perDegree];
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const longest = 1500; // characters of an address

/**
 * Writes a ring for the address: the steps from one place to the next, five bits
 * a letter, the sixth bit says that more follow. Null when it grows too long.
 */
export function encodeRing(ring: Place[]): string | null {
  let text = "";
  let before: Place = [0, 0];
  for (const place of ring) {
    for (const axis of [0, 1] as const) {
      const step = Math.round(place[axis] * perDegree) - Math.round(before[axis] * perDegree);
      let left = step < 0 ? -2 * step - 1 : 2 * step;
      do {
        const bits = left % 32;
        left = Math.floor(left / 32);
        text += letters.charAt(left > 0 ? bits + 32 : bits);
      } while (left > 0);
    }
    before = place;
  }
  return text.length > longest ? null : text;
}

/** Reads what encodeRing wrote; null for anything else. */
export function decodeRing(text: string): Place[] | null {
  if (text.length > longest) return null;
  const steps: number[] = [];
  let value = 0;
  let scale = 1;
  for (const letter of text) {
    const bits = letters.indexOf(letter);
    if (bits < 0 || scale > 2 ** 40) return null;
    value += (bits % 32) * scale;
    scale *= 32;
    if (bits < 32) {
      steps.push(value % 2 === 1 ? -(value + 1) / 2 : value / 2);
      [value, scale] = [0, 1];
    }
  }
  if (scale !== 1 || steps.length % 2 === 1 || steps.length < 6) return null;
  const ring: Place[] = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < steps.length; i += 2) {
    [x, y] = [x + (steps[i] ?? 0), y + (steps[i + 1] ?? 0)];
    if (Math.abs(x) > 180 * perDegree || Math.abs(y) > 90 * perDegree) return null;
    ring.push([x / perDegree, y / perDegree]);
  }
  return ring;
}

/** The corners of the rectangle between two places. */
export function rectangle([west, south]: Place, [east, north]: Place): Place[] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}
