import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { Refusal } from "../api/client";
import { i18n } from "../i18n";
import { type Photo, preparePhoto, sendPhoto } from "./photos";
import { uuid7 } from "./uuid7";

/** The same picture under another name, as if it had never been sent. */
const anew = (p: Photo): Photo => ({ ...p, id: uuid7(), district: undefined, secret: undefined, complete: false });

/** A photograph in a form. */
export interface Held {
  key: string;
  photo: Photo | null; // null while it is made smaller
  share: number; // of it that is there
  wrong: string;
}

/** The most that one report or one action takes. */
export const mostPhotos = 12;

export interface Photos {
  held: Held[];
  /** Nothing is on its way any more: all that are held are there. */
  settled: boolean;
  add: (files: FileList | File[]) => void;
  remove: (key: string) => void;
  again: (key: string) => void;
  clear: () => void;
  /** Those that are there, to be attached. */
  complete: Photo[];
  /** All that are ready, to be kept in the browser. */
  kept: Photo[];
}

/**
 * Photographs that somebody adds, sent while the rest of the form is filled in.
 * `district` is that of the place; they are sent as soon as it is known, and anew
 * when it turns out to be another one. `before` are those of a kept draft.
 */
export function usePhotos(district: string | undefined, before: Photo[] = []): Photos {
  const [held, setHeld] = useState<Held[]>(() => before.map((photo) => ({ key: photo.id, photo, share: photo.complete ? 1 : 0, wrong: "" })));
  const sending = useRef(new Map<string, AbortController>()); // by the photograph's id

  const change = useCallback((key: string, part: Partial<Held>) => setHeld((all) => all.map((h) => (h.key === key ? { ...h, ...part } : h))), []);
  const changePhoto = useCallback((id: string, part: Partial<Photo>, more: Partial<Held> = {}) => setHeld((all) => all.map((h) => (h.photo?.id === id ? { ...h, ...more, photo: { ...h.photo, ...part } } : h))), []);

  // The place turned out to be in another district: they are sent there anew.
  const strayed = (h: Held) => district !== undefined && h.photo?.district !== undefined && h.photo.district !== district;
  if (held.some(strayed)) setHeld(held.map((h) => (strayed(h) && h.photo ? { ...h, photo: anew(h.photo), share: 0 } : h)));

  useEffect(() => {
    for (const [id, cut] of sending.current) {
      if (held.some((h) => h.photo?.id === id)) continue;
      cut.abort();
      sending.current.delete(id);
    }
    for (const { photo, wrong } of held) {
      if (!photo || photo.complete || wrong || sending.current.has(photo.id)) continue;
      const cut = new AbortController();
      const id = photo.id;
      sending.current.set(id, cut);
      void sendPhoto(photo, { district, signal: cut.signal, onProgress: (share) => changePhoto(id, {}, { share }), onKnown: (known) => changePhoto(id, known) })
        .then(() => changePhoto(id, { complete: true }))
        .catch((error: unknown) => {
          if (cut.signal.aborted || (error instanceof Refusal && ["no_district", "district_missing"].includes(error.code) && !district)) return; // it waits for the place
          changePhoto(id, {}, { wrong: error instanceof Refusal ? error.detail : i18n.t("photoFailed") });
        })
        .finally(() => sending.current.get(id) === cut && sending.current.delete(id));
    }
  }, [held, district, changePhoto]);
  useEffect(() => {
    const all = sending.current;
    return () => {
      all.forEach((cut) => cut.abort());
      all.clear();
    };
  }, []);

  const add = useCallback(
    (files: FileList | File[]) => {
      for (const file of Array.from(files)) {
        const key = uuid7();
        setHeld((all) => (all.length < mostPhotos ? [...all, { key, photo: null, share: 0, wrong: "" }] : all));
        void preparePhoto(file).then(
          (photo) => change(key, { photo }),
          (error: unknown) => change(key, { wrong: error instanceof Refusal ? error.detail : i18n.t("photoUnreadable") }),
        );
      }
    },
    [change],
  );
  const remove = useCallback((key: string) => setHeld((all) => all.filter((h) => h.key !== key)), []);
  const again = useCallback((key: string) => setHeld((all) => all.map((h) => (h.key === key ? { ...h, wrong: "", share: 0, photo: h.photo && anew(h.photo) } : h))), []);
  const clear = useCallback(() => setHeld([]), []);

  const kept = useMemo(() => held.flatMap((h) => (h.photo ? [h.photo] : [])), [held]);
  return { held, settled: held.every((h) => h.photo?.complete), add, remove, again, clear, complete: useMemo(() => kept.filter((p) => p.complete), [kept]), kept };
}
