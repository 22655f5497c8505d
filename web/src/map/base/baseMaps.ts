import { useQuery } from "@tanstack/react-query";

import { api, ask } from "../../api/client";
import type { components } from "../../api/types.gen";

export type BaseMap = components["schemas"]["BaseMap"];

/** The base maps that the operator has configured, and the one of this id; usually there are none. */
export function useBaseMaps(id: string | null): { all: BaseMap[]; chosen: BaseMap | null } {
  const { data } = useQuery({
    queryKey: ["base-maps"],
    queryFn: async () => (await ask(api.GET("/api/v1/base-maps"))).base_maps,
    staleTime: Infinity,
    retry: false,
  });
  const all = data ?? [];
  return { all, chosen: all.find((b) => b.id === id) ?? null };
}
