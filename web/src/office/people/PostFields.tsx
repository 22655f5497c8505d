import { Checkbox, Input, Select } from "antd";
import { useTranslation } from "react-i18next";

import { roleWord } from "../../session/roles";
import { Field } from "../Field";
import { duties, reach, type Role, roles, usualLevel } from "../roles";
import { AreaPick } from "./AreaPick";
import type { PostDraft } from "./post";

/** Which role, where, and for how long. */
export function PostFields({ value, onChange }: { value: PostDraft; onChange: (p: PostDraft) => void }) {
  const { t, i18n } = useTranslation();
  const change = (part: Partial<PostDraft>) => onChange({ ...value, ...part });
  const area = reach(value.role);
  return (
    <div className="post-fields">
      <Field label={t("role")} hint={t(`roleDoes_${value.role}`)}>
        {(id) => (
          <Select
            id={id}
            data-testid="role-pick"
            value={value.role}
            listHeight={480}
            onChange={(role: Role) => change({ role, area: usualLevel(role) === usualLevel(value.role) ? value.area : null })}
            options={roles.map((r) => ({ value: r, label: roleWord(r, i18n.language) }))}
          />
        )}
      </Field>
      {value.role === "dispatcher" && (
        <Checkbox.Group value={value.duties} onChange={(d) => change({ duties: d })} options={duties.map((d) => ({ value: d, label: t(`duty_${d}`) }))} />
      )}
      {area === "never" ? (
        <p className="soft">{t("roleEverywhere")}</p>
      ) : (
        <Field label={t("postArea")} hint={area === "may" ? t("areaMayBeNone") : undefined}>
          {(id) => <AreaPick key={value.role} id={id} value={value.area} usual={usualLevel(value.role)} everywhere={area === "may"} onChange={(a) => change({ area: a })} />}
        </Field>
      )}
      <div className="office-pair">
        <Field label={t("firstDay")} hint={value.from ? undefined : t("fromNow")}>
          {(id) => <Input id={id} type="date" value={value.from} onChange={(e) => change({ from: e.target.value })} />}
        </Field>
        <Field label={t("lastDay")} hint={value.until ? undefined : t("openEnd")}>
          {(id) => <Input id={id} type="date" min={value.from || undefined} value={value.until} onChange={(e) => change({ until: e.target.value })} />}
        </Field>
      </div>
    </div>
  );
}
