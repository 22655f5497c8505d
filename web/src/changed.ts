import { useQuery } from "@tanstack/react-query";

import { api, ask, type Link, type Period } from "./api/client";
import { type Changed, changedCodes } from "./map/changes";

const pagesAtMost = 10;

/** The areas that a period changed against the one before; null while that is not asked for or not here. */
export function useChanged(district: string, period: Period | undefined, asked: boolean): Changed | null {
  const links = useQuery({
    queryKey: ["lineage", district, period?.edition, period?.generation],
    queryFn: async () => {
      const all: Link[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < pagesAtMost; page++) {
        const path = { district, name: period?.edition ?? "" };
        const got = await ask(api.GET("/api/v1/editions/{district}/{name}/lineage", { params: { path, query: { limit: 1000, cursor } } }));
        all.push(...got.links);
        cursor = got.next;
        if (!cursor) break;
      }
      return all;
    },
    enabled: asked && period !== undefined,
    staleTime: Infinity, // what was recorded stays; another activation is another generation
    retry: false,
  });
  return asked && links.data ? { district, codes: changedCodes(links.data) } : null;
}
