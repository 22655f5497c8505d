import { Select } from "antd";
import { useTranslation } from "react-i18next";

import { useDistricts } from "../queries";

/** The district whose standards are shown: a choice only where there are several. */
export function DistrictPick({ value, onChange }: { value: string; onChange: (district: string) => void }) {
  const { t } = useTranslation();
  const list = useDistricts().data?.districts ?? [];
  if (list.length < 2) return null;
  return <Select aria-label={t("std_district")} value={value} onChange={onChange} options={list.map((d) => ({ value: d.code, label: d.name }))} />;
}
