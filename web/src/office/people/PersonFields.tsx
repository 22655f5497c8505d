import { Input } from "antd";
import { useTranslation } from "react-i18next";

import { Refusal } from "../../api/client";
import { said } from "../../steward/service";
import { Field } from "../Field";
import type { Person, PersonRequest } from "../service";

export type Said = Required<PersonRequest>;
export const nobody: Said = { name: "", phone: "", department: "", login: "" };

const fields = ["name", "phone", "department", "login"] as const;

export const saidOf = (p: Person): Said => ({ name: p.name, phone: p.phone, department: p.department, login: p.login });

/** What was typed over what was there, on top of what is there now. */
export function merged(typed: Said, before: Said, now: Said): Said {
  return Object.fromEntries(fields.map((f) => [f, typed[f] === before[f] ? now[f] : typed[f]])) as unknown as Said;
}

/** Which field a refusal is about, where it is about one. */
export function fieldOf(error: unknown): keyof Said | null {
  if (!(error instanceof Refusal)) return null;
  if (error.code === "bad_phone") return "phone";
  if (["bad_login", "login_taken", "login_needed"].includes(error.code)) return "login";
  if (["missing_text", "bad_text", "text_too_long"].includes(error.code)) return /department/.test(error.detail) ? "department" : "name";
  return null;
}

/** Name, telephone, department and login, each with what the service says of it. */
export function PersonFields({ value, error, onChange }: { value: Said; error: unknown; onChange: (v: Said) => void }) {
  const { t } = useTranslation();
  const wrong = fieldOf(error);
  return (
    <>
      {fields.map((f) => (
        <Field key={f} label={t(`field_${f}`)} hint={f === "login" ? t("loginHint") : undefined} wrong={wrong === f ? said(error) : undefined}>
          {(id, about) => (
            <Input
              id={id}
              aria-describedby={about}
              autoFocus={f === "name"}
              autoComplete="off"
              autoCapitalize="none"
              required={f === "name"}
              inputMode={f === "phone" ? "tel" : undefined}
              status={wrong === f ? "error" : undefined}
              value={value[f]}
              onChange={(e) => onChange({ ...value, [f]: e.target.value })}
            />
          )}
        </Field>
      ))}
    </>
  );
}

/** What the service says of the whole form; of its fields too, where they do not say it themselves. */
export function FormWrong({ error, fields = false }: { error: unknown; fields?: boolean }) {
  if (!error || (!fields && fieldOf(error))) return null;
  return (
    <p className="wrong office-form-wrong" role="alert" data-testid="form-wrong">
      {said(error)}
    </p>
  );
}
