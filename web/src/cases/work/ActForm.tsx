import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { distance } from "../../format";
import { type Here, metresBetween } from "../phone/here";
import { PhotoPicker } from "../PhotoPicker";
import type { Photo } from "../photos";
import type { ActRequest, AllowedAction, Case } from "../queries";
import { usePhotos } from "../usePhotos";

interface ActFormProps {
  a: AllowedAction;
  c: Case;
  here: Here | null;
  photos: boolean;
  busy: boolean;
  onCancel: () => void;
  onSend: (body: ActRequest) => void;
}

const dayLong = 24 * 3600_000;
const nearEnough = 100; // metres; the service judges, by its own setting

/** What one action takes: a reason, a time, pictures. */
export function ActForm({ a, c, here, photos: withPhotos, busy, onCancel, onSend }: ActFormProps) {
  const { t } = useTranslation();
  const id = useId();
  const needs = (n: string) => a.needs.includes(n as AllowedAction["needs"][number]);
  const photos = usePhotos(c.district);
  const [reason, setReason] = useState("");
  const [note, setNote] = useState("");
  const [until, setUntil] = useState(() => local(Math.max(Date.parse(c.due ?? ""), Date.now()) || Date.now(), dayLong));
  const [level, setLevel] = useState(1);
  const [answer, setAnswer] = useState<ActRequest["answer"]>();
  const [wrong, setWrong] = useState("");

  function submit(e: FormEvent) {
    e.preventDefault();
    const missing =
      (needs("reason") && reason === "" && "actNeedsReason") ||
      (needs("evidence") && photos.held.length === 0 && "actNeedsPhoto") ||
      (needs("answer") && !answer && "actNeedsAnswer") ||
      (needs("until") && !until && "actNeedsUntil") ||
      (!photos.settled && "actPhotosComing");
    if (missing) {
      setWrong(t(missing));
      return;
    }
    setWrong("");
    onSend({
      ...(reason ? { reason } : {}),
      ...(note.trim() ? { note: note.trim() } : {}),
      ...(needs("until") ? { until: new Date(until).toISOString() } : {}),
      ...(needs("level") ? { level } : {}),
      ...(needs("answer") ? { answer } : {}),
      ...(photos.complete.length > 0 ? { photos: photos.complete.map((p) => ({ id: p.id, kind: "after" as const })) } : {}),
    });
  }
  return (
    <form className="act-form" onSubmit={submit} aria-label={a.word}>
      <h3>{a.word}</h3>
      {a.reasons.length > 0 && (
        <fieldset className="choices">
          <legend>{t("actReason")}</legend>
          {a.reasons.map((r) => (
            <Choice key={r.code} name={`${id}-reason`} word={r.word} checked={reason === r.code} onChoose={() => setReason(r.code)} />
          ))}
        </fieldset>
      )}
      {needs("until") && (
        <label className="phone-field">
          {t("actUntil")}
          <input type="datetime-local" required value={until} onChange={(e) => setUntil(e.target.value)} />
        </label>
      )}
      {needs("level") && (
        <fieldset className="choices">
          <legend>{t("actLevel")}</legend>
          {[1, 2, 3].map((n) => (
            <Choice key={n} name={`${id}-level`} word={t(`actLevel_${n}`)} checked={level === n} onChoose={() => setLevel(n)} />
          ))}
        </fieldset>
      )}
      {needs("answer") && (
        <fieldset className="choices">
          <legend>{t("actAnswer")}</legend>
          {(["satisfied", "fair", "unsatisfied"] as const).map((x) => (
            <Choice key={x} name={`${id}-answer`} word={t(`actAnswer_${x}`)} checked={answer === x} onChoose={() => setAnswer(x)} />
          ))}
        </fieldset>
      )}
      {withPhotos && (
        <>
          <PhotoPicker photos={photos} label={t("photos")} hint={t(needs("evidence") ? "actEvidence" : "actAfter")} cameraOnly={needs("evidence")} />
          {needs("evidence") && <Evidence c={c} here={here} photos={photos.kept} />}
        </>
      )}
      <label className="phone-field">
        {t("actNote")}
        <textarea rows={2} maxLength={500} value={note} onChange={(e) => setNote(e.target.value)} />
      </label>
      {wrong && (
        <p className="phone-wrong" role="alert">
          {wrong}
        </p>
      )}
      <div className="act-buttons">
        <button type="button" className="phone-button" onClick={onCancel}>
          {t("actCancel")}
        </button>
        <button type="submit" className="phone-button filled" disabled={busy}>
          {busy ? t("reportBusy") : a.word}
        </button>
      </div>
    </form>
  );
}

function Choice({ name, word, checked, onChoose }: { name: string; word: string; checked: boolean; onChoose: () => void }) {
  return (
    <label className="choice">
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      {word}
    </label>
  );
}

/** Says what a picture lacks to be evidence: taken after the dispatch, and near the place. The service has the last word. */
function Evidence({ c, here, photos }: { c: Case; here: Here | null; photos: Photo[] }) {
  const { t, i18n } = useTranslation();
  const far = here && c.position ? metresBetween(here, c.position) : null;
  const said: string[] = [];
  if (far !== null && far > nearEnough) said.push(t("evidenceYouFar", { distance: distance(far, i18n.language) }));
  photos.forEach((p, i) => {
    if (c.dispatched_at && Date.parse(p.taken) < Date.parse(c.dispatched_at)) said.push(t("evidenceEarly", { n: i + 1 }));
    if (p.lon === undefined || p.lat === undefined) said.push(t("evidenceNowhere", { n: i + 1 }));
    else if (c.position && metresBetween({ lon: p.lon, lat: p.lat }, c.position) > nearEnough)
      said.push(t("evidenceFar", { n: i + 1, distance: distance(metresBetween({ lon: p.lon, lat: p.lat }, c.position), i18n.language) }));
  });
  if (said.length === 0) return photos.length > 0 ? <p className="evidence-good" role="status">{t("evidenceGood")}</p> : null;
  return (
    <ul className="phone-note" role="status">
      {said.map((s) => (
        <li key={s}>{s}</li>
      ))}
    </ul>
  );
}

/** A moment as a field for date and time takes it, so much later, on the full hour. */
function local(from: number, later: number): string {
  const d = new Date(from + later);
  d.setMinutes(0, 0, 0);
  return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
