import { Select } from "antd";
import { useState } from "react";

import { type Kind, type KindField, useSubjects } from "./queries";

interface LinkListProps {
  id: string;
  field: KindField;
  kind: Kind | undefined;
  district: string;
  known: { id: string; name: string }[];
  value: string[];
  onChange: (ids: string[]) => void;
}

/** Picks other subjects; they are looked for by the service as one types. */
export function LinkList({ id, field, kind, district, known, value, onChange }: LinkListProps) {
  const [text, setText] = useState("");
  const [names, setNames] = useState(() => new Map(known.map((l) => [l.id, l.name])));
  const found = useSubjects(kind, district, { text, active: "true", form: "", stale: false });
  const options = (found.data?.pages[0]?.subjects ?? []).map((s) => ({ value: s.id, label: s.name }));
  return (
    <Select
      id={id}
      mode="multiple"
      value={value}
      maxCount={field.most}
      loading={found.isFetching}
      showSearch={{ filterOption: false, onSearch: setText }}
      onChange={(ids: string[]) => {
        setNames(new Map([...names, ...options.map((o) => [o.value, o.label] as const)]));
        onChange(ids);
      }}
      options={options}
      labelRender={(p) => names.get(String(p.value)) ?? p.label}
    />
  );
}
