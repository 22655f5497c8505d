import { Button, Input, Select, Table } from "antd";
import { useTranslation } from "react-i18next";

import { levels } from "../../map/levels";
import type { Look } from "../service";
import { Field } from "./Field";
import { ReadingOptions } from "./ReadingOptions";
import { faultOf, type Form } from "./request";
import type { UploadFlow } from "./useUpload";

interface LookFormProps {
  flow: UploadFlow;
  look: Look;
  form: Form;
  /** The district is not known yet: its code and name are asked for. */
  newDistrict: boolean;
  /** The edition that this goes into does not exist yet. */
  newEdition: boolean;
}

/** What is in the files, and how they shall be read. */
export function LookForm({ flow, look, form, newDistrict, newEdition }: LookFormProps) {
  const { t } = useTranslation();
  const set = (part: Partial<Form>) => flow.setForm({ ...form, ...part });
  const fault = faultOf(form);
  const fields = look.fields.map((f) => ({ value: f, label: f }));
  const columns = look.fields.slice(0, 12).map((f) => ({ title: f, dataIndex: f, key: f, ellipsis: true, width: f === form.code ? 148 : 110 }));
  return (
    <div className="stack" data-testid="look">
      <dl className="facts">
        <dt>{t("lookFile")}</dt>
        <dd>{look.main}</dd>
        <dt>{t("lookFeatures")}</dt>
        <dd>{t("featuresCount", { n: look.features })}</dd>
        <dt>{t("crs")}</dt>
        <dd className={look.system ? "" : "warned"}>{look.system ? t("systemSaid", { system: look.system }) : t("systemUnsaid")}</dd>
      </dl>
      {flow.lookWrong && <p className="wrong">{flow.lookWrong}</p>}
      {columns.length > 0 && (
        <Table
          className="samples"
          size="small"
          columns={columns}
          dataSource={look.samples.slice(0, 4).map((s, key) => ({ ...s, key }))}
          pagination={false}
          scroll={{ x: "max-content" }}
        />
      )}
      {newDistrict && (
        <div className="pair">
          <Field label={t("districtCode")} wrong={fault === "district" ? t("districtNeeded") : undefined}>
            {(id) => <Input id={id} value={form.district} onChange={(e) => set({ district: e.target.value })} />}
          </Field>
          <Field label={t("districtName")}>{(id) => <Input id={id} value={form.districtName} onChange={(e) => set({ districtName: e.target.value })} />}</Field>
        </div>
      )}
      {newEdition && (
        <Field label={t("draftName")} hint={form.base ? t("fromEdition", { name: form.base }) : t("fromEmpty")} wrong={fault === "edition" ? t("nameNeeded") : undefined}>
          {(id) => <Input id={id} value={form.edition} onChange={(e) => set({ edition: e.target.value })} />}
        </Field>
      )}
      <div className="pair">
        <Field label={t("levelField")}>
          {(id) => <Select id={id} value={form.level} onChange={(level) => set({ level })} options={levels.map((l) => ({ value: l, label: t(`level_${l}`) }))} />}
        </Field>
        <Field label={t("codeField")}>
          {(id) => <Select id={id} value={form.code || undefined} placeholder={t("choose")} onChange={(code) => set({ code })} options={fields} showSearch />}
        </Field>
        <Field label={t("nameField")}>
          {(id) => <Select id={id} value={form.name || undefined} placeholder={t("choose")} onChange={(name) => set({ name })} options={fields} showSearch allowClear onClear={() => set({ name: "" })} />}
        </Field>
        <Field label={t("parentField")}>
          {(id) => (
            <Select id={id} value={form.parent || undefined} placeholder={t("parentByPlace")} onChange={(parent) => set({ parent })} options={fields} showSearch allowClear onClear={() => set({ parent: "" })} />
          )}
        </Field>
      </div>
      <SystemField form={form} set={set} wrong={fault === "epsg"} />
      <ReadingOptions form={form} set={set} fields={fields} wrong={fault === "shift"} />
      <p className="soft">{t("tryHint")}</p>
      <div className="actions sticky">
        <Button type="primary" size="large" disabled={fault !== null} onClick={() => void flow.read(form, false)}>
          {t("tryFirst")}
        </Button>
        <Button size="large" onClick={flow.reset}>
          {t("otherFile")}
        </Button>
      </div>
    </div>
  );
}

const systems = ["auto", "wgs84", "cgcs2000", "gcj02", "bd09", "epsg"];

function SystemField({ form, set, wrong }: { form: Form; set: (part: Partial<Form>) => void; wrong: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={form.crs === "epsg" ? "pair" : ""}>
      <Field label={t("readAs")}>
        {(id) => (
          <Select id={id} value={form.crs} onChange={(crs) => set({ crs })} options={systems.map((s) => ({ value: s, label: t(s === "auto" ? "crsAuto" : s === "epsg" ? "crsEpsg" : `crs_${s}`) }))} />
        )}
      </Field>
      {form.crs === "epsg" && (
        <Field label={t("epsgNumber")} wrong={wrong ? t("epsgNeeded") : undefined}>
          {(id) => <Input id={id} inputMode="numeric" placeholder="4546" value={form.epsg} onChange={(e) => set({ epsg: e.target.value })} />}
        </Field>
      )}
    </div>
  );
}
