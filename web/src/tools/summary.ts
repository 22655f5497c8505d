import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { api, ask } from "../api/client";
import type { components } from "../api/types.gen";
import type { Place } from "./shape";

export type Summary = components["schemas"]["Summary"];
export type NamedArea = components["schemas"]["NamedArea"];

const pause = 180; // milliseconds of rest before a shape is asked about

/** What lies within a ring, asked anew when it has come to rest; a question that is overtaken is broken off. */
export function useSummary(ring: Place[], moment: string, snapshot: string, lang: string) {
  const [still, setStill] = useState(ring);
  useEffect(() => {
    const timer = setTimeout(() => setStill(ring), pause);
    return () => clearTimeout(timer);
  }, [ring]);
  const found = useQuery({
    queryKey: ["summary", still, moment, snapshot, lang],
    queryFn: ({ signal }) =>
      ask(
        api.POST("/api/v1/summaries", {
          body: { polygon: { type: "Polygon", coordinates: [[...still, ...still.slice(0, 1)]] }, ...(moment ? { at: moment } : {}) },
          signal,
        }),
      ),
    enabled: still.length > 2,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 30_000,
  });
  return { ...found, behind: found.isFetching || still !== ring };
}
