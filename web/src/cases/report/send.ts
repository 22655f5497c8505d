import type { components } from "../../api/types.gen";
import { send } from "../../steward/service";
import { passing } from "../passing";
import type { Draft } from "./draft";

export type Receipt = components["schemas"]["Receipt"];

/**
 * Sends a report under its own name until it is answered: however often that is,
 * it is one case. onWait is told when the line is down. Errors: a Refusal.
 */
export async function sendReport(d: Draft, signal: AbortSignal, onWait: () => void): Promise<Receipt> {
  const body = {
    id: d.id,
    ...(d.place ? { lon: d.place.lon, lat: d.place.lat, crs: "wgs84" } : {}),
    address: d.address.trim() || undefined,
    description: d.description.trim() || undefined,
    ...(d.class ? { kind: d.class.kind, category: d.class.code } : {}),
    photos: d.photos.length > 0 ? d.photos.map((p, i) => ({ id: p.id, kind: i === 0 ? "near" : "far" })) : undefined,
    name: d.name.trim() || undefined,
    phone: d.phone.trim() || undefined,
  };
  for (let failed = 0; ; failed++) {
    try {
      return await send<Receipt>("POST", "/api/v1/incidents", body);
    } catch (error) {
      if (signal.aborted || !passing(error)) throw error;
      onWait();
      await new Promise<void>((resolve) => {
        setTimeout(resolve, Math.min(20_000, 1000 * 2 ** failed));
        window.addEventListener("online", () => resolve(), { once: true });
      });
      if (signal.aborted) throw error;
    }
  }
}
