import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Answer, Refusal } from "../../api/client";
import { useOnline } from "../phone/online";
import { PhotoPicker } from "../PhotoPicker";
import { usePhotos } from "../usePhotos";
import { uuid7 } from "../uuid7";
import { ClassPick } from "./ClassPick";
import { type Draft, keepDraft, type Place } from "./draft";
import { Nearby } from "./Nearby";
import { type Receipt, sendReport } from "./send";
import { Where } from "./Where";

const fresh = (): Draft => ({ id: uuid7(), description: "", address: "", place: null, class: null, name: "", phone: "", photos: [], sent: false });

interface FormProps {
  /** A draft that was kept in this browser. */
  kept: Draft | null;
  /** Somebody at work, who is known and stands where it is. */
  worker: boolean;
  onReceipt: (r: Receipt, d: Draft) => void;
}

/** One page to report something: pictures, where, what; all but one of them may be left out. */
export function Form({ kept, worker, onReceipt }: FormProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>(() => kept ?? fresh());
  const [answer, setAnswer] = useState<Answer>();
  const photos = usePhotos(answer?.district?.code, kept?.photos);
  const [sending, setSending] = useState(kept?.sent ?? false);
  const [wrong, setWrong] = useState("");
  const [offline, setOffline] = useState(false);
  const online = useOnline();
  const change = useCallback((part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part })), []);
  const onPlace = useCallback((place: Place) => change({ place }), [change]);
  const onAddress = useCallback((address: string) => change({ address }), [change]);

  const whole = { ...draft, photos: photos.kept, sent: sending };
  const latest = useRef(whole);
  useEffect(() => {
    latest.current = whole;
  });
  const touched = isTouched(whole);
  const mark = JSON.stringify([draft, sending, photos.kept.map((p) => [p.id, p.complete, p.secret])]);
  useEffect(() => {
    if (touched) void keepDraft(latest.current);
  }, [mark, touched]);

  // All pictures are there: the words follow, as often as it takes.
  const ready = sending && photos.settled;
  useEffect(() => {
    if (!ready) return;
    const cut = new AbortController();
    sendReport(latest.current, cut.signal, () => setOffline(true))
      .then((r) => onReceipt(r, latest.current))
      .catch((error: unknown) => {
        if (cut.signal.aborted) return;
        setSending(false);
        setOffline(false);
        setWrong(error instanceof Refusal ? error.detail : t("reportFailed"));
        // A name that was used for another report: this one is given a new one.
        if (error instanceof Refusal && error.code === "case_id_taken") change({ id: uuid7() });
      });
    return () => cut.abort();
  }, [ready, onReceipt, change, t]);

  function submit(e: FormEvent) {
    e.preventDefault();
    if (!draft.description.trim() && !draft.address.trim() && !draft.class && photos.held.length === 0) {
      setWrong(t("reportEmpty"));
      return;
    }
    setWrong("");
    setSending(true);
  }
  const bad = photos.held.some((h) => h.wrong);
  return (
    <form className="report-form" onSubmit={submit} aria-label={t("reportTitle")}>
      {kept && touched && <p className="phone-note" role="status">{t(kept.sent ? "draftSent" : "draftKept")}</p>}
      <fieldset disabled={sending && !bad} className="report-fields">
        <section>
          <h2>{t("stepPhotos")}</h2>
          <PhotoPicker photos={photos} label={t("photos")} hint={worker ? undefined : t("photosHint")} />
        </section>
        <section>
          <h2>{t("stepWhere")}</h2>
          <Where place={draft.place} onPlace={onPlace} address={draft.address} onAddress={onAddress} atOnce={worker} onAnswer={setAnswer} />
        </section>
        <section>
          <h2>{t("stepWhat")}</h2>
          <ClassPick district={answer?.district?.code} chosen={draft.class} onChoose={(c) => change({ class: c })} />
          <Nearby place={draft.place} of={draft.class} />
          <label className="phone-field">
            {t("reportText")}
            <textarea rows={3} maxLength={500} value={draft.description} onChange={(e) => change({ description: e.target.value })} />
          </label>
        </section>
        {!worker && (
          <section>
            <h2>{t("stepWho")}</h2>
            <p className="phone-hint">{t("whoSees")}</p>
            <label className="phone-field">
              {t("yourName")}
              <input autoComplete="name" maxLength={60} value={draft.name} onChange={(e) => change({ name: e.target.value })} />
            </label>
            <label className="phone-field">
              {t("yourPhone")}
              <input type="tel" inputMode="tel" autoComplete="tel" maxLength={20} value={draft.phone} onChange={(e) => change({ phone: e.target.value })} />
            </label>
          </section>
        )}
      </fieldset>
      <div className="report-foot">
        {wrong && (
          <p className="phone-wrong" role="alert">
            {wrong}
          </p>
        )}
        {sending && (
          <p role="status" className="phone-hint">
            {bad ? t("reportPhotoBad") : !online || (offline && photos.settled) ? t("reportOffline") : !photos.settled ? t("reportPhotos") : t("reportSending")}
          </p>
        )}
        <button type="submit" className="phone-button filled send" disabled={sending}>
          {sending ? t("reportBusy") : t("reportSend")}
        </button>
      </div>
    </form>
  );
}

const isTouched = (d: Draft) => d.photos.length > 0 || d.class !== null || d.place !== null || [d.description, d.address, d.name, d.phone].some((x) => x.trim() !== "");
