import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Area } from "../../api/client";
import type { Level } from "../../map/levels";
import { type AreaChoice, AreaPick } from "../people/AreaPick";
import type { RuleDraft } from "./rule";

interface AreaListProps {
  district: string;
  value: RuleDraft["areas"];
  onChange: (areas: RuleDraft["areas"]) => void;
}

/** The areas that a rule is for: each can be taken out, and one more be added. */
export function AreaList({ district, value, onChange }: AreaListProps) {
  const { t } = useTranslation();
  const id = useId();
  const [level, setLevel] = useState<Level>("subdistrict");
  const [picked, setPicked] = useState(0);
  const queries = useQueryClient();

  function add(a: AreaChoice | null) {
    if (!a) return;
    setLevel(a.level);
    setPicked(picked + 1); // the field is empty again, for the next
    requestAnimationFrame(() => document.getElementById(id)?.focus());
    if (a.district !== district || value.some((v) => v.level === a.level && v.code === a.code)) return;
    const offered = queries.getQueriesData<Area[]>({ queryKey: ["areas", a.level] }).flatMap(([, list]) => list ?? []);
    onChange([...value, { level: a.level, code: a.code, name: offered.find((x) => x.district === a.district && x.code === a.code)?.name ?? a.code }]);
  }
  return (
    <div className="duty-areas">
      {value.length > 0 && (
        <ul>
          {value.map((a) => (
            <li key={`${a.level}/${a.code}`} className={a.lost ? "wrong" : undefined}>
              {a.name}
              {a.lost && ` · ${t("ruleAreaLost")}`}
              <button type="button" aria-label={t("ruleDropArea", { name: a.name })} onClick={() => onChange(value.filter((v) => v !== a))}>
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <label className="visually-hidden" htmlFor={id}>
        {t("ruleAreaAdd")}
      </label>
      <AreaPick key={picked} id={id} value={null} usual={level} onChange={add} />
    </div>
  );
}
