import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useDistricts } from "../queries";

/** Which district's units and rules are shown: the first in force until another is chosen. */
export function useDistrict() {
  const found = useDistricts();
  const [chosen, setChosen] = useState("");
  const all = found.data?.districts ?? [];
  return { all, district: chosen || (all[0]?.code ?? ""), setChosen, none: found.isSuccess && all.length === 0 };
}

/** Chooses the district, where there are several. */
export function DistrictPick({ of }: { of: ReturnType<typeof useDistrict> }) {
  const { t } = useTranslation();
  if (of.all.length < 2) return null;
  return <Select aria-label={t("dutyDistrict")} value={of.district} onChange={of.setChosen} options={of.all.map((d) => ({ value: d.code, label: d.name }))} />;
}
