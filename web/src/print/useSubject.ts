import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { Address, AreaKey } from "../address";
import { api, type Area, ask } from "../api/client";
import { atOf, useMoment } from "../moment";
import { ownerOf } from "../owner";

/**
 * What an address is about: the boundaries of its day, the area that it names
 * or that owns its point, and where the point is.
 */
export function useSubject({ point, area, at }: Address) {
  const { i18n } = useTranslation();
  const { today, shown, moment, failed } = useMoment(at);
  const around = [moment, today.data?.snapshot, i18n.language];
  const answer = useQuery({
    queryKey: ["locate", point, ...around],
    queryFn: () => ask(api.GET("/api/v1/locate", { params: { query: { lon: point?.lon ?? NaN, lat: point?.lat ?? NaN, crs: point?.crs, ...atOf(moment ?? "") } } })),
    enabled: point !== null && today.isSuccess && moment !== null,
    retry: false,
  });
  const key = area ?? ownerOf(answer.data);
  const found = useQuery({
    queryKey: ["area", key, ...around],
    queryFn: () => {
      const { district = "", level = "", code = "" } = key ?? {};
      return ask(api.GET("/api/v1/districts/{district}/areas/{level}/{code}", { params: { path: { district, level: level as Area["level"], code }, query: atOf(moment ?? "") } }));
    },
    enabled: key !== null && today.isSuccess && moment !== null,
    retry: false,
  });
  const here = found.data;
  const gone = here?.note?.kind === "ended";
  const selected: AreaKey | null = here && !gone ? { district: here.district, level: here.level, code: here.code } : null;
  const at2 = answer.data?.located;
  return {
    today: today.data?.districts,
    shown,
    area: here,
    /** Everything that says where to look is here, or will not come. */
    settled: shown !== undefined && (point === null || !answer.isPending) && (key === null || !found.isPending),
    selected,
    /** Where the shape is of an area that has ended. */
    ghost: here && gone ? `${location.origin}/api/v1/districts/${encodeURIComponent(here.district)}/areas/${here.level}/${encodeURIComponent(here.code)}/geometry?at=${here.valid_from}` : null,
    point: point && at2 ? { lon: at2[0] ?? point.lon, lat: at2[1] ?? point.lat } : null,
    failed: failed || today.isError,
  };
}
