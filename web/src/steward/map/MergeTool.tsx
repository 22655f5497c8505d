import type { MapMouseEvent } from "maplibre-gl";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { AreaMark } from "./AreaMark";
import { Hint } from "./Hint";
import { useKeys } from "./keys";
import { pickAt } from "./pick";
import type { Picked, StewardMapProps } from "./types";
import { useMaplibre } from "./useView";

type MergeToolProps = Pick<StewardMapProps, "palette" | "level" | "busy" | "onMerge"> & { version: number };

/** First the area that stays, then the neighbour that goes into it. Mount anew for another level. */
export function MergeTool({ version, level, palette, busy, onMerge }: MergeToolProps) {
  const { t } = useTranslation();
  const map = useMaplibre();
  const [picked, setPicked] = useState<{ keep: Picked; gone?: Picked; version: number } | null>(null);
  const [hover, setHover] = useState<Picked | null>(null);
  const now = picked?.version === version ? picked : null; // a new version is a new beginning
  const word = t(`level_${level}`);

  const click = useEffectEvent((e: MapMouseEvent) => {
    const area = pickAt(map, level, e.point);
    if (busy) return;
    if (!area) setPicked(null);
    else if (!now || now.gone) setPicked({ keep: area, version });
    else if (area.code === now.keep.code) setPicked(null);
    else {
      setPicked({ ...now, gone: area });
      onMerge(level, now.keep, area);
    }
  });
  const move = useEffectEvent((e: MapMouseEvent) => {
    const area = pickAt(map, level, e.point);
    map.getCanvas().style.cursor = busy ? "progress" : area ? "pointer" : "";
    if (area?.code !== hover?.code) setHover(area);
  });
  useEffect(() => {
    const onClick = (e: MapMouseEvent) => click(e);
    const onMove = (e: MapMouseEvent) => move(e);
    map.on("click", onClick);
    map.on("mousemove", onMove);
    return () => {
      map.off("click", onClick);
      map.off("mousemove", onMove);
      map.getCanvas().style.cursor = "";
    };
  }, [map]);
  useKeys(map, (e) => {
    if (e.key !== "Escape" || !now || busy) return false;
    setPicked(null);
    return true;
  });

  const mark = { level, palette };
  const candidate = hover && hover.code !== now?.keep.code && !now?.gone && !busy ? hover : null;
  return (
    <>
      {candidate && <AreaMark key={`${level}-hover`} {...mark} id="merge-hover" code={candidate.code} color={palette.quiet} label={candidate.name} />}
      {now && <AreaMark key={`${level}-keep`} {...mark} id="merge-keep" code={now.keep.code} color={palette.accent} label={t("steward_map_keeps", { name: now.keep.name })} />}
      {now?.gone && <AreaMark key={`${level}-gone`} {...mark} id="merge-gone" code={now.gone.code} color={palette.error} dashed label={t("steward_map_goes", { name: now.gone.name })} />}
      {busy ? (
        <Hint kind="busy">{t("steward_map_saving")}</Hint>
      ) : now?.gone ? (
        <Hint>{t("steward_map_merge_both", { keep: now.keep.name, gone: now.gone.name })}</Hint>
      ) : (
        <Hint>{now ? t("steward_map_merge_next", { level: word, name: now.keep.name }) : t("steward_map_merge_first", { level: word })}</Hint>
      )}
    </>
  );
}
