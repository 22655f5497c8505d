import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, ask, Refusal } from "../../api/client";
import type { Bounds } from "../../map/levels";
import { buildMesh, type Mesh } from "./edges";
import type { StewardMapProps } from "./types";
import type { MapView } from "./useView";

export interface NearBorders {
  /** The borders around the view; of an older version until the new one is here. */
  mesh: Mesh | undefined;
  /** There are too many of them: go nearer. */
  dense: boolean;
  failed: boolean;
}

/** Fetches the borders of a draft around the view, with a margin so that small moves fetch nothing. */
export function useBorders(draft: NonNullable<StewardMapProps["draft"]>, view: MapView): NearBorders {
  const [box, setBox] = useState(() => grown(view.box));
  const { district, name, version } = draft;
  const query = useQuery({
    queryKey: ["steward-borders", district, name, version, box],
    queryFn: async ({ signal }) => {
      const path = { district, name };
      return buildMesh(await ask(api.GET("/api/v1/editions/{district}/{name}/borders", { params: { path, query: { bbox: box.map((d) => d.toFixed(7)).join() } }, signal })));
    },
    placeholderData: (before, of) => (of?.queryKey[1] === district && of.queryKey[2] === name ? before : undefined),
    structuralSharing: false,
    staleTime: Infinity,
    gcTime: 30_000,
    retry: false,
  });
  const dense = query.error instanceof Refusal && query.error.code === "too_many_vertices";
  const [seen, setSeen] = useState(view);
  if (seen !== view) {
    setSeen(view);
    if (dense || !covers(box, view.box)) setBox(grown(view.box));
  }
  return { mesh: query.data, dense, failed: query.isError && !dense };
}

function grown([w, s, e, n]: Bounds): Bounds {
  const [x, y] = [(e - w) / 3, (n - s) / 3];
  return [Math.max(-180, w - x), Math.max(-90, s - y), Math.min(180, e + x), Math.min(90, n + y)];
}

function covers(outer: Bounds, inner: Bounds): boolean {
  return outer[0] <= Math.max(-180, inner[0]) && outer[1] <= inner[1] && outer[2] >= Math.min(180, inner[2]) && outer[3] >= inner[3];
}
