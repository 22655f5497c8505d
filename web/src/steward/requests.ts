import { useQuery } from "@tanstack/react-query";

import { api, ask } from "../api/client";
import type { components } from "../api/types.gen";

export type Request = components["schemas"]["ActivationRequest"];

/** Activations that wait for a second person, of all that the caller may see. */
export function useRequests() {
  return useQuery({
    queryKey: ["activation-requests"],
    queryFn: async () => (await ask(api.GET("/api/v1/activation-requests"))).requests,
    refetchInterval: 10_000,
    retry: false,
  });
}
