/** Where the device is, when its owner lets us know. */

import { useCallback, useEffect, useState } from "react";

export interface Here {
  lon: number; // WGS 84, as devices give it
  lat: number;
  accuracy: number; // metres
  at: number; // ms
}

/** Asks the device once. Rejects with "denied", "unknown" or "absent" as the error's message. */
export function findHere(): Promise<Here> {
  return new Promise((resolve, reject) => {
    if (!("geolocation" in navigator)) {
      reject(new Error("absent"));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      (p) => resolve({ lon: round(p.coords.longitude), lat: round(p.coords.latitude), accuracy: p.coords.accuracy, at: p.timestamp }),
      (e) => reject(new Error(e.code === e.PERMISSION_DENIED ? "denied" : "unknown")),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 10_000 },
    );
  });
}

/** Where the device is if its owner has allowed it before: nobody is asked. */
export async function hereIfAllowed(): Promise<Here | null> {
  try {
    const state = await navigator.permissions.query({ name: "geolocation" });
    return state.state === "granted" ? await findHere() : null;
  } catch {
    return null;
  }
}

/** Where the device is: from the start when that is allowed already, and whenever it is asked for. */
export function useHere() {
  const [here, setHere] = useState<Here | null>(null);
  const [why, setWhy] = useState<"" | "denied" | "unknown" | "absent">("");
  const [asking, setAsking] = useState(false);
  const ask = useCallback(async () => {
    setAsking(true);
    setWhy("");
    try {
      const found = await findHere();
      setHere(found);
      return found;
    } catch (error) {
      setWhy((error as Error).message as "denied");
      return null;
    } finally {
      setAsking(false);
    }
  }, []);
  useEffect(() => {
    void hereIfAllowed().then((found) => found && setHere(found));
  }, []);
  return { here, why, asking, ask };
}

const metresADegree = 111_195;

/** Metres between two points a few kilometres apart, as near as a distance to walk needs. */
export function metresBetween(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const east = (a.lon - b.lon) * Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return Math.hypot(east, a.lat - b.lat) * metresADegree;
}

function round(degrees: number) {
  return Math.round(degrees * 1e7) / 1e7;
}
