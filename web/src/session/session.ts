/** Who is signed in, and what the service lets them do. */

import { useQuery } from "@tanstack/react-query";

import { api, ask } from "../api/client";
import type { components } from "../api/types.gen";

export type Me = components["schemas"]["Me"];

const askEvery = 3000; // an account that is disabled elsewhere is out within five seconds

/** Asks again and again while somebody is signed in and looks at the page. */
export function useSession() {
  return useQuery({
    queryKey: ["session"],
    queryFn: () => ask(api.GET("/api/v1/session")),
    refetchOnWindowFocus: true,
    refetchInterval: (query) => (query.state.data?.signed_in && !idle(query.state.data.idle) ? askEvery : false),
  });
}

let touched = Date.now();
for (const event of ["pointerdown", "keydown", "wheel"]) {
  window.addEventListener(event, () => (touched = Date.now()), { passive: true, capture: true });
}

/** Nobody has touched the page for so long that asking would keep a forgotten session alive. */
function idle(seconds: number): boolean {
  return Date.now() - touched > (seconds - 60) * 1000;
}
