import { Input, type InputRef, Select } from "antd";
import { type RefObject, useEffect, useMemo, useState } from "react";
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ask, type District } from "../../api/client";
import { type DispatchAddress, filtersSet, noFilters } from "../address";
import { useMinors, useUnits } from "../service";

interface FiltersProps {
  address: DispatchAddress;
  districts: District[];
  search: RefObject<InputRef | null>;
  /** How many of the tab are late. */
  late: number | undefined;
  onChange: (part: Partial<DispatchAddress>) => void;
  /** What is shown, as a query: to take it away as a table. null for who may not. */
  query: string | null;
}

const settles = 250; // milliseconds after the last key

/** The text that is searched for, and below it what narrows the queue. */
export function Filters({ address, districts, search, late, onChange, query }: FiltersProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(address.text);
  const [shown, setShown] = useState(address.text);
  if (shown !== address.text) {
    // the address was changed elsewhere: "clear the filters", a link
    setShown(address.text);
    setText(address.text);
  }
  const [more, setMore] = useState(address.category !== "" || address.area !== "" || address.unit !== "");
  useEffect(() => {
    if (text === shown) return;
    const timer = setTimeout(() => {
      setShown(text);
      onChange({ text });
    }, settles);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the text alone is waited for
  }, [text]);
  const chip = (key: "overdue" | "unlocated" | "disputed" | "mine" | "inView", label: string) => (
    <button type="button" className="chip" aria-pressed={address[key]} onClick={() => onChange({ [key]: !address[key] })}>
      {label}
    </button>
  );
  return (
    <div className="queue-filters">
      <Input
        ref={search}
        type="search"
        allowClear
        value={text}
        aria-label={t("caseSearch")}
        placeholder={t("caseSearchHint")}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Escape") e.currentTarget.blur();
        }}
      />
      <div className="chips" role="group" aria-label={t("filters")}>
        {chip("overdue", late ? `${t("onlyOverdue")} ${late}` : t("onlyOverdue"))}
        {chip("unlocated", t("onlyUnlocated"))}
        {chip("disputed", t("onlyDisputed"))}
        {chip("inView", t("onlyInView"))}
        <button type="button" className="chip" aria-expanded={more} onClick={() => setMore(!more)}>
          {t("moreFilters")}
        </button>
        {filtersSet(address) > 0 && (
          <button type="button" className="link chip-clear" onClick={() => onChange(noFilters)}>
            {t("clearFilters")}
          </button>
        )}
      </div>
      {more && <MoreFilters address={address} districts={districts} onChange={onChange} />}
      {more && query !== null && (
        <p className="export-links">
          {t("exportCases")}
          {(["csv", "xlsx"] as const).map((format) => (
            <a key={format} className="link" href={`/api/v1/incidents/export?${query}&format=${format}`} download>
              {format === "csv" ? "CSV" : "Excel"}
            </a>
          ))}
        </p>
      )}
    </div>
  );
}

/** Class, street, unit. */
function MoreFilters({ address, districts, onChange }: Pick<FiltersProps, "address" | "districts" | "onChange">) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const district = districts.length === 1 ? districts[0]?.code : undefined;
  const minors = useMinors(district, typed);
  const units = useUnits(district);
  const streets = useQueries({
    queries: districts.map((d) => ({
      queryKey: ["streets", d.code, d.edition],
      queryFn: () => ask(api.GET("/api/v1/districts/{district}/areas", { params: { path: { district: d.code }, query: { level: "subdistrict", limit: 1000 } } })),
      staleTime: 5 * 60_000,
    })),
  });
  const areas = useMemo(
    () => streets.flatMap((s) => s.data?.areas ?? []).map((a) => ({ value: `${a.district}/${a.level}/${a.code}`, label: a.name })),
    [streets],
  );
  return (
    <div className="more-filters">
      <Select
        allowClear
        showSearch={{ filterOption: false, onSearch: setTyped }}
        aria-label={t("filterClass")}
        placeholder={t("filterClass")}
        value={address.category || undefined}
        options={(minors.data?.minors ?? []).map((m) => ({ value: `${m.kind}/${m.code}`, label: `${m.code} ${m.name}` }))}
        onChange={(v: string | undefined) => onChange({ category: v ?? "" })}
        notFoundContent={t("nothingFits")}
      />
      <Select allowClear showSearch={{ optionFilterProp: "label" }} aria-label={t("filterStreet")} placeholder={t("filterStreet")} value={address.area || undefined} options={areas} onChange={(v: string | undefined) => onChange({ area: v ?? "" })} notFoundContent={t("nothingFits")} />
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("filterUnit")}
        placeholder={t("filterUnit")}
        value={address.unit || undefined}
        options={(units.data ?? []).map((u) => ({ value: u.id, label: u.name }))}
        onChange={(v: string | undefined) => onChange({ unit: v ?? "" })}
        notFoundContent={t("nothingFits")}
      />
    </div>
  );
}
