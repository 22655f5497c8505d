import { Layer } from "@vis.gl/react-maplibre";

/** Empty layers that keep the order: each thing is drawn below its slot, whenever it comes. */
const order = ["fills", "lines", "names", "preview", "findings", "tools"] as const;

export type Slot = `slot-${(typeof order)[number]}`;

const none = { visibility: "none" } as const;

export function Slots() {
  return order.map((name) => <Layer key={name} id={`slot-${name}`} type="background" layout={none} />);
}
