import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { Address, AreaKey } from "../address";
import { useMoment } from "../moment";
import { ownerOf } from "../owner";
import { areaQuery, ghostOf, locateQuery, nothing, nowhere } from "../subject";

/**
 * What an address is about: the boundaries of its day, the area that it names
 * or that owns its point, and where the point is.
 */
export function useSubject({ point, area, at }: Address) {
  const { i18n } = useTranslation();
  const { today, shown, moment, failed } = useMoment(at);
  const then = { moment, snapshot: today.data?.snapshot ?? "", lang: i18n.language };
  const known = today.isSuccess && moment !== null;
  const answer = useQuery({ ...locateQuery(point ?? nowhere, then), enabled: point !== null && known });
  const key = area ?? ownerOf(answer.data);
  const found = useQuery({ ...areaQuery(key ?? nothing, then), enabled: key !== null && known });
  const here = found.data;
  const ghost = ghostOf(here);
  const selected: AreaKey | null = here && !ghost ? { district: here.district, level: here.level, code: here.code } : null;
  const located = answer.data?.located;
  return {
    today: today.data?.districts,
    shown,
    area: here,
    /** Everything that says where to look is here, or will not come. */
    settled: shown !== undefined && (point === null || !answer.isPending) && (key === null || !found.isPending),
    selected,
    /** Where the shape is of an area that has ended. */
    ghost,
    point: point && located ? { lon: located[0] ?? point.lon, lat: located[1] ?? point.lat } : null,
    failed: failed || today.isError,
  };
}
