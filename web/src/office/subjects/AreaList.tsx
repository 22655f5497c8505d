import { Select } from "antd";
import { useMemo } from "react";

import { type Level, levels } from "../../map/levels";
import { useAreas, useDistricts } from "../queries";
import type { AreaName, KindField } from "./queries";

interface AreaListProps {
  id: string;
  field: KindField;
  value: AreaName[];
  onChange: (areas: AreaName[]) => void;
}

const join = (a: AreaName) => `${a.level ?? ""}/${a.code}`;

/** Picks any number of areas of the boundaries in force. */
export function AreaList({ id, field, value, onChange }: AreaListProps) {
  const wanted = (field.levels ?? levels.filter((l) => l !== "district")) as Level[];
  const options = useOptions(wanted);
  return (
    <Select
      id={id}
      mode="multiple"
      value={value.map(join)}
      maxCount={field.most}
      showSearch={{ optionFilterProp: "label" }}
      onChange={(list: string[]) =>
        onChange(
          list.map((text) => {
            const [level = "", ...code] = text.split("/");
            return { level: level as AreaName["level"], code: code.join("/") };
          }),
        )
      }
      options={options}
    />
  );
}

/** The areas of these levels; each level is one question, and is remembered. */
function useOptions(wanted: Level[]) {
  const districts = useDistricts();
  const codes = (districts.data?.districts ?? []).map((d) => d.code);
  const has = (l: Level) => (wanted.includes(l) ? codes : []);
  const generation = districts.data?.generation;
  const subdistricts = useAreas("subdistrict", generation, has("subdistrict"));
  const communities = useAreas("community", generation, has("community"));
  const grids = useAreas("grid", generation, has("grid"));
  const compounds = useAreas("compound", generation, has("compound"));
  return useMemo(
    () => [subdistricts, communities, grids, compounds].flatMap((q) => (q.data ?? []).map((a) => ({ value: `${a.level}/${a.code}`, label: a.parent?.name && a.level !== "compound" ? `${a.name} · ${a.parent.name}` : a.name }))),
    [subdistricts, communities, grids, compounds],
  );
}
