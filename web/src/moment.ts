import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ask, type Period } from "./api/client";
import { momentOf } from "./time";

const districtsEvery = 5_000;
const timelinesAtMost = 12;

/** The boundaries of a day: which they are is told by the moment, "" for those in force. */
async function districtsAt(moment: string) {
  return { ...(await ask(api.GET("/api/v1/districts", { params: { query: atOf(moment) } }))), moment };
}

/** The parameter that asks for a moment. */
export function atOf(moment: string): { at?: string } {
  return moment === "" ? {} : { at: moment };
}

/**
 * The boundaries to show: those in force, which are followed, or those of
 * another day. What is shown stays until the next is here.
 */
export function useMoment(at: string | null) {
  const { i18n } = useTranslation();
  const today = useQuery({
    queryKey: ["districts", i18n.language, "", ""],
    queryFn: () => districtsAt(""),
    refetchInterval: districtsEvery,
    retry: false,
  });
  const known = today.data?.snapshot ?? "";
  const codes = (today.data?.districts ?? []).slice(0, timelinesAtMost).map((d) => d.code);
  const timelines = useQueries({
    queries: codes.map((district) => ({
      queryKey: ["timeline", district, today.data?.generation],
      queryFn: async () => (await ask(api.GET("/api/v1/districts/{district}/timeline", { params: { path: { district } } }))).periods,
      placeholderData: keepPreviousData,
      retry: false,
    })),
    combine: (all) => ({ ready: all.every((q) => !q.isPending), periods: all.map((q) => q.data ?? none) }),
  });

  const settled = at === null || (today.isSuccess && timelines.ready);
  const moment = settled ? momentOf(at, timelines.periods) : null;
  const then = useQuery({
    queryKey: ["districts", i18n.language, moment ?? "", moment ? known : ""],
    queryFn: () => districtsAt(moment ?? ""),
    enabled: moment !== null,
    retry: false,
  });
  const [shown, setShown] = useState(then.data);
  if (moment !== null && then.data && then.data !== shown) setShown(then.data);

  return {
    today,
    /** What the map shows; another moment's while that is being fetched. */
    shown: moment === null ? shown : (then.data ?? shown),
    /** What is asked for; null while it cannot be told. */
    moment,
    momentAt: (date: string | null) => momentOf(date, timelines.periods),
    failed: then.isError,
    timelineOf: (district: string): Period[] => timelines.periods[codes.indexOf(district)] ?? none,
    /** The district whose time is told when none is chosen. */
    usual: codes.find((_, i) => (timelines.periods[i]?.length ?? 0) > 1) ?? codes[0] ?? "",
  };
}

const none: Period[] = [];
