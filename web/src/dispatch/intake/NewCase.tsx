import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../office/Field";
import { useSubmit } from "../../office/useSubmit";
import { readPosition } from "../../reading";
import { said } from "../../steward/service";
import type { Picking } from "../act/ActForm";
import { ClassPicker } from "../act/ClassPicker";
import { type Receipt, reportCase } from "../service";
import { PlaceFinder } from "./PlaceFinder";
import { phoneIn } from "./read";
import { uuid7 } from "../../cases/uuid7";

interface NewCaseProps {
  district: string | undefined;
  pick: Picking;
  onTaken: (receipt: Receipt) => void;
  onClose: () => void;
}

/** The paste box: a line of text becomes a place with its owner, and, where it is a report by telephone, a case. */
export function NewCase({ district, pick, onTaken, onClose }: NewCaseProps) {
  const { t } = useTranslation();
  const [id] = useState(() => uuid7()); // the same when it is sent again
  const [draft, setDraft] = useState({ description: "", address: "", name: "", phone: "", kind: "", category: "", condition: "" });
  const set = (part: Partial<typeof draft>) => setDraft((d) => ({ ...d, ...part }));
  const empty = draft.description.trim() === "" && draft.address.trim() === "" && draft.category === "";
  const { busy, error, submit } = useSubmit(async () => {
    const { place } = pick;
    onTaken(
      await reportCase({
        id,
        ...(district ? { district } : {}),
        ...(place ? { lon: place.lon, lat: place.lat, crs: place.crs } : {}),
        address: draft.address.trim(),
        description: draft.description.trim(),
        ...(draft.category ? { kind: draft.kind as "event", category: draft.category } : {}),
        ...(draft.name.trim() ? { name: draft.name.trim() } : {}),
        ...(draft.phone.trim() ? { phone: draft.phone.trim() } : {}),
      }),
    );
  });
  /** What was pasted fills in what is still empty: what somebody says is a description, anything else but a position an address. */
  function read(text: string) {
    const phone = phoneIn(text);
    const rest = text.replace(phone, "").replace(/\s+/g, " ").trim().slice(0, 500);
    if (phone) setDraft((d) => ({ ...d, description: d.description || rest, phone: d.phone || phone }));
    else if (!readPosition(text.trim())) setDraft((d) => ({ ...d, address: d.address || rest }));
  }
  return (
    <section className="case-panel" aria-label={t("newCase")}>
      <header className="case-head">
        <h2>{t("newCase")}</h2>
        <button type="button" className="icon close" aria-label={t("close")} onClick={onClose}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M6 6l12 12M18 6L6 18" />
          </svg>
        </button>
      </header>
      <form className="act-form" aria-label={t("newCase")} onSubmit={submit}>
        <Field label={t("pasteBox")} hint={t("pasteTold")}>
          {() => <PlaceFinder {...pick} onPlace={(p) => pick.onPlace(p)} onText={read} />}
        </Field>
        <Field label={t("address")}>{(id) => <Input id={id} value={draft.address} maxLength={500} onChange={(e) => set({ address: e.target.value })} />}</Field>
        <Field label={t("description")}>{(id) => <Input.TextArea id={id} autoSize={{ minRows: 2, maxRows: 6 }} maxLength={500} value={draft.description} onChange={(e) => set({ description: e.target.value })} />}</Field>
        <Field label={t("classGuess")}>{() => <ClassPicker plain district={district} kind={draft.kind} category={draft.category} condition="" onChange={set} />}</Field>
        <div className="two-fields">
          <Field label={t("reporterName")}>{(id) => <Input id={id} value={draft.name} maxLength={60} autoComplete="off" onChange={(e) => set({ name: e.target.value })} />}</Field>
          <Field label={t("reporterPhone")}>{(id) => <Input id={id} type="tel" value={draft.phone} maxLength={60} autoComplete="off" onChange={(e) => set({ phone: e.target.value })} />}</Field>
        </div>
        {error !== null && (
          <p className="wrong" role="alert">
            {said(error)}
          </p>
        )}
        <div className="act-foot">
          <Button type="primary" htmlType="submit" loading={busy} disabled={empty}>
            {t("takeCase")}
          </Button>
          <Button onClick={onClose}>{t("cancel")}</Button>
        </div>
      </form>
    </section>
  );
}
