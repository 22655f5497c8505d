import { Button, Input, type InputRef, Select } from "antd";
import { type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { roleWord } from "../../session/roles";
import { typing } from "../../steward/keys";
import { narrowed, type PeopleView, statuses } from "../address";
import { useAreas, useDistricts } from "../queries";
import { roles } from "../roles";

interface PeopleFiltersProps {
  view: PeopleView;
  onChange: (part: Partial<PeopleView>) => void;
  children: ReactNode;
}

const patience = 250; // milliseconds without a key, before what was typed is looked for

/** Who is looked for. */
export function PeopleFilters({ view, onChange, children }: PeopleFiltersProps) {
  const { t, i18n } = useTranslation();
  const search = useRef<InputRef>(null);
  const [typed, setTyped] = useState(view.text);
  const [was, setWas] = useState(view.text);
  if (view.text !== was) {
    setWas(view.text);
    if (view.text !== typed.trim()) setTyped(view.text); // the address was changed elsewhere
  }
  const look = useEffectEvent(() => onChange({ text: typed.trim() }));
  useEffect(() => {
    if (typed.trim() === view.text) return;
    const timer = setTimeout(() => look(), patience);
    return () => clearTimeout(timer);
  }, [typed, view.text]);
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || typing(e)) return;
      e.preventDefault(); // the key itself is not typed
      search.current?.focus({ cursor: "all" });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className="office-filters" role="search" aria-label={t("filterPeople")}>
      <Input
        ref={search}
        className="people-search"
        type="search"
        allowClear
        aria-label={t("searchPeople")}
        placeholder={t("searchPeopleHint")}
        suffix={typed ? undefined : <kbd aria-hidden="true">/</kbd>}
        value={typed}
        onChange={(e) => setTyped(e.target.value)}
      />
      <Select
        data-testid="filter-role"
        aria-label={t("role")}
        placeholder={t("anyRole")}
        allowClear
        popupMatchSelectWidth={false}
        listHeight={480}
        value={view.role || undefined}
        onChange={(role?: string) => onChange({ role: role ?? "" })}
        options={roles.map((r) => ({ value: r, label: roleWord(r, i18n.language) }))}
      />
      <AreaFilter view={view} onChange={onChange} />
      <Select
        data-testid="filter-status"
        aria-label={t("column_account")}
        placeholder={t("anyStatus")}
        allowClear
        popupMatchSelectWidth={false}
        value={view.status || undefined}
        onChange={(status?: PeopleView["status"]) => onChange({ status: status ?? "" })}
        options={statuses.map((s) => ({ value: s, label: t(s === "without" ? "status_without" : `account_${s}`) }))}
      />
      {narrowed(view) && (
        <Button
          type="link"
          onClick={() => {
            setTyped("");
            onChange({ text: "", role: "", area: "", district: "", status: "" });
          }}
        >
          {t("clearFilters")}
        </Button>
      )}
      <span className="office-filters-rest">{children}</span>
    </div>
  );
}

/** An area, by its code or its name; those below count as well. */
function AreaFilter({ view, onChange }: { view: PeopleView; onChange: (part: Partial<PeopleView>) => void }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(false);
  const [text, setText] = useState("");
  const districts = useDistricts();
  const generation = wanted || view.area ? districts.data?.generation : undefined;
  const codes = (districts.data?.districts ?? []).map((d) => d.code);
  const all = [useAreas("district", generation, codes), useAreas("subdistrict", generation, codes), useAreas("community", generation, codes), useAreas("grid", wanted ? generation : undefined, codes)];
  const found = all.flatMap((q) => q.data ?? []);
  const options = useMemo(() => {
    const list = found.map((a) => ({ value: `${a.district}/${a.code}`, label: a.name, small: `${t(`level_${a.level}`)} ${a.code}`, search: `${a.name} ${a.code}`.toLowerCase() }));
    const typed = text.trim();
    // What is typed may be asked for as it is; the service knows codes and names.
    return typed && !list.some((o) => o.search.includes(typed.toLowerCase())) ? [{ value: `/${typed}`, label: typed, small: "", search: typed.toLowerCase() }] : list;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- found is told by its length
  }, [found.length, text, t]);
  const value = view.area ? `${view.district}/${view.area}` : undefined;
  const named = options.find((o) => o.value === value);
  return (
    <Select
      data-testid="filter-area"
      className="area-filter"
      aria-label={t("areaOrCode")}
      placeholder={t("anyArea")}
      allowClear
      showSearch={{ filterOption: (input, option) => option?.search.includes(input.trim().toLowerCase()) ?? false, onSearch: setText }}
      popupMatchSelectWidth={300}
      value={value}
      labelRender={() => named?.label ?? view.area}
      loading={wanted && all.some((q) => q.isFetching)}
      onOpenChange={(open) => open && setWanted(true)}
      onChange={(v?: string) => {
        const [district = "", ...code] = (v ?? "").split("/");
        onChange({ district, area: code.join("/") });
      }}
      options={options}
      optionRender={(o) => (
        <span className="area-option">
          <span>{o.data.label}</span>
          <small>{o.data.small}</small>
        </span>
      )}
    />
  );
}
