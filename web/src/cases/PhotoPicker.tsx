import "./photos.css";

import { useCallback, useId } from "react";
import { useTranslation } from "react-i18next";

import { type Held, mostPhotos, type Photos } from "./usePhotos";

/** Takes or chooses photographs, shows them and how far each is on its way. */
export function PhotoPicker({ photos, label, hint, cameraOnly }: { photos: Photos; label: string; hint?: string; cameraOnly?: boolean }) {
  const { t } = useTranslation();
  const full = photos.held.length >= mostPhotos;
  const take = (e: React.ChangeEvent<HTMLInputElement>) => {
    if (e.target.files) photos.add(e.target.files);
    e.target.value = ""; // the same picture again is a change, too
  };
  return (
    <fieldset className="photos">
      <legend>{label}</legend>
      {hint && <p className="phone-hint">{hint}</p>}
      {photos.held.length > 0 && (
        <ul className="photos-list">
          {photos.held.map((h, i) => (
            <Shown key={h.key} held={h} n={i + 1} photos={photos} />
          ))}
        </ul>
      )}
      <div className="photos-add">
        <FileButton name={t("photoTake")} path="M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z" capture disabled={full} onChange={take} primary />
        {!cameraOnly && <FileButton name={t("photoChoose")} path="M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5v0" disabled={full} onChange={take} />}
      </div>
      {full && <p className="phone-hint">{t("photoMost", { n: mostPhotos })}</p>}
    </fieldset>
  );
}

/** A button that opens the camera or the album: a file field, dressed. */
function FileButton({ name, path, capture, primary, ...input }: { name: string; path: string; capture?: boolean; primary?: boolean; disabled: boolean; onChange: (e: React.ChangeEvent<HTMLInputElement>) => void }) {
  const id = useId();
  return (
    <label htmlFor={id} className={primary ? "phone-button filled" : "phone-button"}>
      <input id={id} type="file" accept="image/*" multiple={!capture} {...(capture ? { capture: "environment" as const } : {})} {...input} />
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={path} />
      </svg>
      {name}
    </label>
  );
}

function Shown({ held, n, photos }: { held: Held; n: number; photos: Photos }) {
  const { t } = useTranslation();
  const done = held.photo?.complete ?? false;
  const state = held.wrong || (done ? t("photoThere") : held.photo ? t("photoPercent", { percent: Math.floor(held.share * 100) }) : t("photoPreparing"));
  return (
    <li className={held.wrong ? "photo bad" : "photo"}>
      {held.photo ? <Local picture={held.photo.picture} alt={t("photoNumber", { n })} /> : <span className="photo-blank" aria-hidden="true" />}
      <span className="photo-state" role={held.wrong ? "alert" : undefined}>
        {state}
      </span>
      {held.photo && !done && !held.wrong && <progress max={1} value={held.share} aria-label={t("photoSending", { n })} />}
      {held.wrong && held.photo && (
        <button type="button" className="phone-button" onClick={() => photos.again(held.key)}>
          {t("photoAgain")}
        </button>
      )}
      <button type="button" className="photo-remove" aria-label={t("photoRemove", { n })} onClick={() => photos.remove(held.key)}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M6 6l12 12M18 6L6 18" />
        </svg>
      </button>
    </li>
  );
}

/** A picture that is only here, under an address that lasts as long as it is shown. */
function Local({ picture, alt }: { picture: Blob; alt: string }) {
  const show = useCallback(
    (img: HTMLImageElement | null) => {
      if (!img) return;
      const url = URL.createObjectURL(picture);
      img.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [picture],
  );
  return <img ref={show} alt={alt} />;
}
