import { Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Level, levels } from "../../map/levels";
import { useAreas, useDistricts } from "../queries";

/** An area in force, by its full name. */
export interface AreaChoice {
  district: string;
  level: Level;
  code: string;
}

interface AreaPickProps {
  id: string;
  value: AreaChoice | null;
  /** The level that is looked through first. */
  usual: Level;
  /** Choosing none is a choice. */
  everywhere?: boolean;
  onChange: (area: AreaChoice | null) => void;
}

const split = (value: string): AreaChoice => {
  const [district = "", level = "", ...code] = value.split("/");
  return { district, level: level as Level, code: code.join("/") };
};

/** Finds an area of the boundaries in force by its code or name. */
export function AreaPick({ id, value, usual, everywhere, onChange }: AreaPickProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Level | null>(null);
  const level = chosen ?? value?.level ?? usual;
  const districts = useDistricts();
  const list = districts.data?.districts ?? [];
  const present = levels.filter((l) => list.some((d) => d.levels.some((x) => x.level === l)));
  const areas = useAreas(level, districts.data?.generation, list.map((d) => d.code));
  const options = useMemo(
    () =>
      (areas.data ?? []).map((a) => ({
        value: `${a.district}/${a.level}/${a.code}`,
        label: a.name,
        code: a.code,
        parent: a.parent?.name ?? "",
        search: `${a.name} ${a.code} ${a.parent?.name ?? ""}`.toLowerCase(),
      })),
    [areas.data],
  );
  const chosenArea = options.find((o) => value && o.value === `${value.district}/${value.level}/${value.code}`);
  if (districts.isSuccess && list.length === 0) return <p className="soft">{t("noBoundariesYet")}</p>;
  return (
    <div className="area-pick">
      <Select
        value={level}
        aria-label={t("areaLevel")}
        popupMatchSelectWidth={false}
        onChange={(l: Level) => {
          setChosen(l);
          onChange(null);
        }}
        options={present.map((l) => ({ value: l, label: t(`level_${l}`) }))}
      />
      <Select
        id={id}
        className="area-pick-code"
        data-testid="area-pick"
        loading={areas.isFetching}
        value={value && value.level === level ? `${value.district}/${value.level}/${value.code}` : undefined}
        placeholder={t(everywhere ? "areaOrEverywhere" : "areaByName")}
        allowClear
        showSearch={{ filterOption: (input, option) => input.toLowerCase().split(/\s+/).every((w) => option?.search.includes(w)) }}
        notFoundContent={areas.isFetching ? t("mapLoading") : t("areaNotFound")}
        onChange={(v?: string) => onChange(v ? split(v) : null)}
        options={options}
        labelRender={() => (chosenArea ? `${chosenArea.label} ${chosenArea.code}` : value?.code)}
        optionRender={(o) => (
          <span className="area-option">
            <span>{o.data.label}</span>
            <small>
              {o.data.code} {o.data.parent && `· ${o.data.parent}`}
            </small>
          </span>
        )}
      />
    </div>
  );
}
