/** The symbols of findings: their shape tells the severity, the colour says it again. */
import type { ExpressionSpecification, Map as MaplibreMap } from "maplibre-gl";

import type { Palette } from "../../map/palette";

const size = 24;
const ratio = 2;

/** The symbol of a rank (findings.ts); what was let pass keeps the quiet one. */
export function symbolOf(rank: ExpressionSpecification, p: Palette): ExpressionSpecification {
  return ["match", rank, 3, id("error", p.error, p.ground), 2, id("warning", p.warning, p.ground), id("note", p.note, p.ground)];
}

/** The symbol of a severity. */
export function symbolOfSeverity(p: Palette): ExpressionSpecification {
  return ["match", ["get", "severity"], "error", id("error", p.error, p.ground), "warning", id("warning", p.warning, p.ground), id("note", p.note, p.ground)];
}

const id = (...parts: string[]) => parts.join("|");

/** Has the symbols drawn when a layer first asks for them, in whatever colours. */
export function drawSymbols(map: MaplibreMap) {
  map.setMissingStyleImageResolver((name) => {
    const [shape = "", fill = "", edge = ""] = name.split("|");
    const image = draw(shape, fill, edge);
    if (image) map.addImage(name, image, { pixelRatio: ratio });
    return Promise.resolve();
  });
}

function draw(shape: string, fill: string, edge: string): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * ratio;
  const c = canvas.getContext("2d");
  if (!c) return null;
  c.scale(ratio, ratio);
  c.lineJoin = "round";
  c.beginPath();
  if (shape === "error") polygon(c, [[12, 3], [21.5, 19.5], [2.5, 19.5]]);
  else if (shape === "warning") polygon(c, [[12, 2.5], [21.5, 12], [12, 21.5], [2.5, 12]]);
  else c.arc(12, 12, 7, 0, 2 * Math.PI);
  c.strokeStyle = edge;
  c.lineWidth = 3.5;
  c.stroke();
  c.fillStyle = fill;
  c.fill();
  c.fillStyle = edge;
  if (shape === "note") dot(c, 12, 12, 2.2);
  else {
    const top = shape === "error" ? 9 : 7.5;
    c.fillRect(11, top, 2, 5.5);
    dot(c, 12, top + 8, 1.25);
  }
  return c.getImageData(0, 0, canvas.width, canvas.height);
}

function polygon(c: CanvasRenderingContext2D, points: [number, number][]) {
  for (const [x, y] of points) c.lineTo(x, y);
  c.closePath();
}

function dot(c: CanvasRenderingContext2D, x: number, y: number, radius: number) {
  c.beginPath();
  c.arc(x, y, radius, 0, 2 * Math.PI);
  c.fill();
}
