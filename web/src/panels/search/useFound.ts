import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { View } from "../../address";
import { api, ask } from "../../api/client";
import { atOf } from "../../moment";

const settles = 120; // milliseconds after the last key
export const longestText = 100; // characters that the service takes

/**
 * Asks the service while somebody types. now answers a text at once, for those
 * who press Enter faster than that.
 */
export function useFound(text: string, moment: string, view: View | null, wanted: boolean) {
  const { i18n } = useTranslation();
  const queries = useQueryClient();
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settles);
    return () => clearTimeout(timer);
  }, [text]);
  const near = view ? `${view.lon.toFixed(2)},${view.lat.toFixed(2)}` : undefined;
  const query = (q: string) => ({
    queryKey: ["search", q, moment, near ?? "", i18n.language],
    // Without its signal: what is asked for is not broken off when the list closes, because now may wait for the same answer.
    queryFn: () => ask(api.GET("/api/v1/search", { params: { query: { q, limit: 10, ...atOf(moment), ...(near ? { near } : {}) } } })),
    staleTime: 10_000,
    retry: false as const,
  });
  const enabled = wanted && settled !== "";
  const found = useQuery({ ...query(settled), enabled, placeholderData: keepPreviousData });
  return {
    found: enabled ? found.data : undefined,
    failed: enabled && found.isError ? found.error : null,
    /** Whether what is found belongs to the text as it is. */
    current: settled === text && !found.isPlaceholderData && !found.isFetching,
    now: (q: string) => queries.fetchQuery(query(q)),
  };
}
