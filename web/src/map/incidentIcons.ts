import { incidentPalettes } from "./incidentPalette";
import { urgencies, type Urgency } from "./incidents";

/** Signs, in a square of 24: an exclamation mark, the hands of a clock, nothing, a pause, a tick. */
export const signs: Record<Urgency, string> = {
  overdue: "M12 6.500v6.500M12 16.500v.8",
  soon: "M12 7v5.500l3.500 2",
  normal: "",
  suspended: "M9.700 8v8M14.300 8v8",
  done: "M7.800 12.400l3 3 5.400-6",
};

const side = 20; // pixels of the map
const ratio = 2;

/** The name of the image of an urgency in a theme. */
export const iconOf = (u: Urgency, theme: "light" | "dark") => `case-${theme}-${u}`;

/** Draws the image with that name: a disc with the sign of its urgency. Nothing for other names. */
export function drawIcon(name: string): { image: ImageData; pixelRatio: number } | null {
  const [, theme = "", found = ""] = /^case-(light|dark)-(\w+)$/.exec(name) ?? [];
  const urgency = urgencies.find((u) => u === found);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side * ratio;
  const to = canvas.getContext("2d");
  if (!urgency || !to) return null;
  const palette = incidentPalettes[theme as "light" | "dark"];
  to.scale((side * ratio) / 24, (side * ratio) / 24);
  to.beginPath();
  to.arc(12, 12, urgency === "normal" ? 8 : 10.5, 0, 2 * Math.PI);
  to.fillStyle = palette.urgency[urgency];
  to.fill();
  to.lineWidth = 1.5;
  to.strokeStyle = palette.fill;
  to.stroke();
  to.lineWidth = 2.4;
  to.lineCap = to.lineJoin = "round";
  to.strokeStyle = palette.sign;
  to.stroke(new Path2D(signs[urgency]));
  return { image: to.getImageData(0, 0, canvas.width, canvas.height), pixelRatio: ratio };
}
