/** The symbols of cases: the same shapes as in the list (cases/Urgency.tsx). */
import type { ExpressionSpecification, Map as MaplibreMap } from "maplibre-gl";

const size = 24;
const ratio = 2;

/** Colours of urgency on the map, as in cases/cases.css. */
export const urgencyColours = {
  light: { normal: "#4f5b66", due_soon: "#8a5200", overdue: "#b3261e", paused: "#6a4c93", done: "#23682a" },
  dark: { normal: "#b3bec8", due_soon: "#f2b966", overdue: "#ff8a80", paused: "#c3a6ec", done: "#81c784" },
};
export type Colours = (typeof urgencyColours)["light"];

/** The symbol of the urgency that an expression gives. */
export function symbolOf(urgency: ExpressionSpecification, c: Colours, ground: string): ExpressionSpecification {
  const of = (name: keyof Colours) => ["case", name, c[name], ground].join("|");
  return ["match", urgency, "overdue", of("overdue"), "due_soon", of("due_soon"), "paused", of("paused"), "done", of("done"), of("normal")];
}

/** The colour of the urgency that an expression gives. */
export function colourOf(urgency: ExpressionSpecification, c: Colours): ExpressionSpecification {
  return ["match", urgency, "overdue", c.overdue, "due_soon", c.due_soon, "paused", c.paused, "done", c.done, c.normal];
}

/** Has the symbols drawn when a layer first asks for them, in whatever colours. */
export function drawSymbols(map: MaplibreMap) {
  map.setMissingStyleImageResolver((name) => {
    const [kind, urgency = "", colour = "", ground = ""] = name.split("|");
    const image = kind === "case" ? draw(urgency, colour, ground) : null;
    if (image && !map.hasImage(name)) map.addImage(name, image, { pixelRatio: ratio });
    return Promise.resolve();
  });
}

function draw(urgency: string, colour: string, ground: string): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * ratio;
  const c = canvas.getContext("2d");
  if (!c) return null;
  c.scale(ratio, ratio);
  c.lineCap = "round";
  const disc = (radius: number, fill: string) => {
    c.beginPath();
    c.arc(12, 12, radius, 0, 2 * Math.PI);
    c.fillStyle = fill;
    c.fill();
  };
  disc(10, ground);
  if (urgency === "overdue") {
    disc(8.5, colour);
    line(c, ground, 2.2, [[12, 7], [12, 13]]);
    line(c, ground, 2.2, [[12, 16.6], [12, 16.7]]);
  } else if (urgency === "paused") {
    disc(8, colour);
    line(c, ground, 2.2, [[9.8, 9], [9.8, 15]]);
    line(c, ground, 2.2, [[14.2, 9], [14.2, 15]]);
  } else if (urgency === "done") {
    disc(7, colour);
    line(c, ground, 2, [[8.8, 12.2], [11.2, 14.6], [15.4, 9.8]]);
  } else {
    disc(7.5, colour);
    disc(5, ground);
    if (urgency === "due_soon") {
      c.beginPath();
      c.arc(12, 12, 5, -Math.PI / 2, Math.PI / 2);
      c.fillStyle = colour;
      c.fill();
    }
  }
  return c.getImageData(0, 0, canvas.width, canvas.height);
}

function line(c: CanvasRenderingContext2D, colour: string, width: number, points: [number, number][]) {
  c.beginPath();
  for (const [x, y] of points) c.lineTo(x, y);
  c.strokeStyle = colour;
  c.lineWidth = width;
  c.stroke();
}
