import "./base.css";

import { useTranslation } from "react-i18next";

import type { BaseMap } from "./baseMaps";

interface BaseMapChoiceProps {
  all: BaseMap[];
  chosen: BaseMap | null;
  onChoose: (id: string | null) => void;
}

/** Which base map lies under the areas. Nothing at all where none is configured. */
export function BaseMapChoice({ all, chosen, onChoose }: BaseMapChoiceProps) {
  const { t } = useTranslation();
  if (all.length === 0) return null;
  const choices = [{ id: null, label: t("noBaseMap") }, ...all];
  return (
    <fieldset role="radiogroup" aria-label={t("baseMap")}>
      <legend>{t("baseMap")}</legend>
      {choices.map(({ id, label }) => (
        <label key={id ?? ""}>
          <input type="radio" name="base-map" checked={id === (chosen?.id ?? null)} onChange={() => onChoose(id)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
