import { Button, Input, Radio, Segmented, Select } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { MovedOn } from "../../cases/act";
import type { ActRequest, AllowedAction, Case } from "../../cases/queries";
import { PlaceFinder } from "../intake/PlaceFinder";
import { Field } from "../../office/Field";
import { useSubmit } from "../../office/useSubmit";
import { said } from "../../steward/service";
import { useSuggestion } from "../service";
import { ClassPicker } from "./ClassPicker";
import { asked, bodyOf, type Draft, draftFor, missing, type Need, type Place } from "./draft";
import { ParentPicker } from "./ParentPicker";
import { UnitPicker } from "./UnitPicker";

/** A place that is being chosen on the map. */
export interface Picking {
  picking: boolean;
  onPicking: (on: boolean) => void;
  place: Place | null;
  onPlace: (p: Place | null) => void;
}

interface ActFormProps {
  action: AllowedAction;
  /** The case, or undefined for several at once. */
  of: Case | undefined;
  district: string | undefined;
  /** How many it is done to. */
  count: number;
  except?: string[];
  pick: Picking;
  /** What the form opens with, beside what the case says. */
  preset?: Partial<Draft>;
  onDo: (body: ActRequest) => Promise<void>;
  onClose: () => void;
}

/** The one form for every action: it asks for what the action needs, with the reasons that it may have. */
export function ActForm({ action, of, district, count, except = [], pick, preset, onDo, onClose }: ActFormProps) {
  const { t } = useTranslation();
  const [own, setOwn] = useState<Draft>(() => ({ ...draftFor(action, of), ...preset }));
  const [tried, setTried] = useState(false);
  // Right the first time: a dispatch goes to whom is suggested, unless somebody chooses otherwise.
  const suggestion = useSuggestion(of, action.action === "dispatch" && action.needs.includes("unit"));
  const draft = { ...own, place: pick.place, unit: own.unit || (suggestion.data?.unit.id ?? "") };
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (window.innerWidth < 640) return; // a keyboard would cover it
    form.current?.querySelector<HTMLElement>(action.action === "dispatch" ? "[type=submit]" : "input, textarea, button")?.focus();
  }, [action.action]);
  const set = (part: Partial<Draft>) => setOwn((d) => ({ ...d, ...part }));
  const needs = asked(action, of);
  const lacking = missing(action, of, draft);
  const { busy, error, submit } = useSubmit(async () => {
    setTried(true);
    if (lacking.length > 0) return;
    await onDo(bodyOf(action, of, draft));
  });
  const wrong = (n: Need) => (tried && lacking.includes(n) ? t(`lack_${n}`) : undefined);
  const has = (n: Need) => needs.includes(n);
  const placed = action.action === "accept" && of?.position && of.areas.length > 0;
  return (
    <form ref={form} className="act-form" aria-label={action.word} onSubmit={submit} data-action={action.action}>
      <h3>{count > 1 ? t("actOnMany", { action: action.word, count }) : action.word}</h3>
      {has("place") && !placed && (
        <Field label={t("place")} wrong={wrong("place")}>
          {() => (
            <>
              <PlaceFinder {...pick} onPlace={(p) => pick.onPlace(p)} />
              <Input value={draft.address} aria-label={t("address")} placeholder={t("address")} maxLength={500} onChange={(e) => set({ address: e.target.value })} />
            </>
          )}
        </Field>
      )}
      {has("category") && (
        <Field label={t("class")} wrong={wrong("category")}>
          {() => <ClassPicker district={district} kind={draft.kind} category={draft.category} condition={draft.condition} onChange={set} />}
        </Field>
      )}
      {has("unit") && (
        <Field label={t("unit")} wrong={wrong("unit")}>
          {() => <UnitPicker district={district} of={of} unit={draft.unit} assignee={draft.assignee} onChange={set} />}
        </Field>
      )}
      {has("parent") && (
        <Field label={t("mainCase")} wrong={wrong("parent")} hint={t("parentTold")}>
          {() => <ParentPicker of={of} except={except} district={district} parent={draft.parent} onChange={(parent) => set({ parent })} />}
        </Field>
      )}
      {has("reason") && (
        <Field label={t("reason")} wrong={wrong("reason")}>
          {(id, about) => (
            <Radio.Group id={id} aria-describedby={about} aria-label={t("reason")} className="reasons" value={draft.reason} onChange={(e) => set({ reason: String(e.target.value) })}>
              {action.reasons.map((r) => (
                <Radio key={r.code} value={r.code}>
                  {r.word}
                </Radio>
              ))}
            </Radio.Group>
          )}
        </Field>
      )}
      {has("until") && (
        <Field label={t("until")} wrong={wrong("until")}>
          {(id, about) => <Input id={id} aria-describedby={about} type="datetime-local" value={draft.until} onChange={(e) => set({ until: e.target.value })} />}
        </Field>
      )}
      {has("level") && (
        <Field label={t("level")} wrong={wrong("level")}>
          {(id) => <Select id={id} value={draft.level} options={[1, 2, 3].map((n) => ({ value: n, label: t(`supervise_${n}`) }))} onChange={(level: number) => set({ level })} />}
        </Field>
      )}
      {has("answer") && (
        <Field label={t("answer")} wrong={wrong("answer")}>
          {() => <Segmented value={draft.answer} options={["satisfied", "fair", "unsatisfied"].map((a) => ({ value: a, label: t(`answer_${a}`) }))} onChange={(answer) => set({ answer })} />}
        </Field>
      )}
      {action.needs.includes("evidence") && <p className="soft">{t("evidenceTold", { count: of?.photos.filter((p) => p.kind === "after").length ?? 0 })}</p>}
      <Field label={t("note")}>
        {(id) => <Input.TextArea id={id} autoSize={{ minRows: 1, maxRows: 5 }} maxLength={500} value={draft.note} onChange={(e) => set({ note: e.target.value })} />}
      </Field>
      {action.second && <p className="soft">{t("secondTold")}</p>}
      {error !== null && (
        <p className={error instanceof MovedOn ? "moved-on" : "wrong"} role="alert">
          {said(error)}
        </p>
      )}
      <div className="act-foot">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t(action.second ? "askSecond" : "doIt", { action: action.word })}
        </Button>
        <Button onClick={onClose}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
