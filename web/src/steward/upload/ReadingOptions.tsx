import { Checkbox, Input, Select } from "antd";
import { useTranslation } from "react-i18next";

import { Field } from "./Field";
import type { Form } from "./request";

interface ReadingOptionsProps {
  form: Form;
  set: (part: Partial<Form>) => void;
  fields: { value: string; label: string }[];
  wrong: boolean;
}

/** What is seldom needed, folded away. */
export function ReadingOptions({ form, set, fields, wrong }: ReadingOptionsProps) {
  const { t } = useTranslation();
  return (
    <details className="more">
      <summary>{t("moreOptions")}</summary>
      <div className="stack">
        <Checkbox checked={form.whole} onChange={(e) => set({ whole: e.target.checked })}>
          {t("wholeLevel")}
        </Checkbox>
        <Checkbox checked={form.swap} onChange={(e) => set({ swap: e.target.checked })}>
          {t("swapAxes")}
        </Checkbox>
        <div className="pair">
          <Field label={t("shiftEast")} wrong={wrong ? t("shiftNeeded") : undefined}>
            {(id) => <Input id={id} inputMode="decimal" placeholder="0" suffix={t("metre")} value={form.east} onChange={(e) => set({ east: e.target.value })} />}
          </Field>
          <Field label={t("shiftNorth")}>
            {(id) => <Input id={id} inputMode="decimal" placeholder="0" suffix={t("metre")} value={form.north} onChange={(e) => set({ north: e.target.value })} />}
          </Field>
          <Field label={t("charset")}>
            {(id) => (
              <Select
                id={id}
                value={form.charset}
                onChange={(charset) => set({ charset })}
                options={[
                  { value: "", label: t("byItself") },
                  { value: "gbk", label: "GBK" },
                  { value: "utf-8", label: "UTF-8" },
                ]}
              />
            )}
          </Field>
          <Field label={t("layerName")}>{(id) => <Input id={id} placeholder={t("layerOnly")} defaultValue={form.layer} onBlur={(e) => set({ layer: e.target.value.trim() })} />}</Field>
          <Field label={t("scheme")}>
            {(id) => (
              <Select
                id={id}
                value={form.scheme}
                onChange={(scheme) => set({ scheme })}
                options={[
                  { value: "", label: t("byItself") },
                  { value: "gbt", label: t("schemeNational") },
                  { value: "opaque", label: t("schemeOwn") },
                ]}
              />
            )}
          </Field>
          <Field label={t("coverage")}>
            {(id) => (
              <Select
                id={id}
                value={form.coverage}
                onChange={(coverage) => set({ coverage })}
                options={[
                  { value: "", label: t("byItself") },
                  { value: "strict", label: t("coverageStrict") },
                  { value: "tolerant", label: t("coverageTolerant") },
                ]}
              />
            )}
          </Field>
          <Field label={t("kindField")}>
            {(id) => <Select id={id} value={form.kind || undefined} placeholder={t("none")} onChange={(kind) => set({ kind })} options={fields} showSearch allowClear onClear={() => set({ kind: "" })} />}
          </Field>
        </div>
      </div>
    </details>
  );
}
