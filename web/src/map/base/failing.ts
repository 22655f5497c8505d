import { useMap } from "@vis.gl/react-maplibre";
import { useEffect, useState } from "react";

const mark = "base-";

/** The id of the source of a base map. */
export const baseSource = (id: string) => mark + id;

const ofBase = (e: object) => "sourceId" in e && String(e.sourceId).startsWith(mark);

/** Whether tiles of the base map could not be fetched since the map was last moved. */
export function useFailing(id: string): boolean {
  const { current: map } = useMap();
  const [failing, setFailing] = useState("");
  useEffect(() => {
    if (!map) return;
    const onError = (e: object) => ofBase(e) && setFailing(id);
    const onMove = () => setFailing("");
    map.on("error", onError);
    map.on("movestart", onMove);
    return () => {
      map.off("error", onError);
      map.off("movestart", onMove);
    };
  }, [map, id]);
  return failing === id;
}

/** Keeps what goes wrong with the map for the console; a base map that fails is no fault of ours. */
export function report(e: { error: Error } & object) {
  if (ofBase(e)) console.warn("base map:", e.error);
  else console.error(e.error);
}
