/** Photographs on their way to the service: made smaller here, sent in parts, gone on with after a cut. */

import { Refusal } from "../api/client";
import { i18n } from "../i18n";
import { refusal, tongue } from "../steward/service";
import { hereIfAllowed } from "./phone/here";
import { passing } from "./passing";
import { uuid7 } from "./uuid7";

/** A photograph that is ready to be sent, with all that is needed to go on sending it later. */
export interface Photo {
  id: string;
  picture: Blob;
  sha256: string;
  /** When and where it was taken, as far as the device knows. */
  taken: string;
  lon?: number;
  lat?: number;
  /** Once the service knows of it. */
  district?: string;
  /** For who has not signed in: by it the service knows them again. */
  secret?: string;
  complete: boolean;
}

const longest = 2048; // pixels
const quality = 0.85;
const justNow = 2 * 60_000; // ms: a picture as young as this was taken where the device is
const smallest = 32 << 10; // bytes sent at once, on the worst line; a cut loses less
const largest = 1 << 20;

/**
 * Makes a picture of a file: upright, its longest side 2048 pixels, without
 * anything that the camera wrote into it. Time and place go beside it; the place
 * of one from the album is not known, so none is given. Error: not_a_picture.
 */
export async function preparePhoto(file: File): Promise<Photo> {
  const here = Date.now() - file.lastModified < justNow ? await hereIfAllowed() : null;
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch((cause: unknown) => {
    throw new Refusal("not_a_picture", i18n.t("photoUnreadable"), [], { cause });
  });
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const paper = canvas.getContext("2d");
  if (!paper) throw new Refusal("not_a_picture", i18n.t("photoUnreadable"));
  paper.imageSmoothingQuality = "high";
  paper.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const picture = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
  if (!picture) throw new Refusal("not_a_picture", i18n.t("photoUnreadable"));
  const sum = await crypto.subtle.digest("SHA-256", await picture.arrayBuffer());
  return {
    id: uuid7(),
    picture,
    sha256: Array.from(new Uint8Array(sum), (b) => b.toString(16).padStart(2, "0")).join(""),
    taken: new Date(Math.min(file.lastModified || Date.now(), Date.now())).toISOString(),
    ...(here && { lon: here.lon, lat: here.lat }),
    complete: false,
  };
}

/** What the service answers about a photograph. */
interface Standing {
  district: string;
  state: "receiving" | "complete";
  offset: number;
  secret?: string;
}

interface Sending {
  district?: string;
  signal: AbortSignal;
  /** How much of it is there, from 0 to 1. */
  onProgress: (share: number) => void;
  /** The service knows it now: what has to be kept to go on later. */
  onKnown: (known: Pick<Photo, "district" | "secret">) => void;
}

/**
 * Sends a photograph, or the rest of it. While the line is down it waits and
 * tries again, longer each time, and at once when the device is online again.
 * Errors: a Refusal of the service; AbortError.
 */
export async function sendPhoto(photo: Photo, to: Sending): Promise<void> {
  let secret = photo.secret;
  let part = 2 * smallest; // so many that each takes about a second
  for (let failed = 0; ; ) {
    try {
      let now = await announce(photo, secret, to);
      secret = now.secret ?? secret;
      to.onKnown({ district: now.district, secret });
      to.onProgress(now.offset / photo.picture.size);
      while (now.state !== "complete") {
        const began = Date.now();
        now = await sendPart(photo, now, part, secret, to.signal);
        part = Date.now() - began < 1000 ? Math.min(largest, part * 2) : Math.max(smallest, part / 2);
        failed = 0;
        to.onProgress(now.offset / photo.picture.size);
      }
      return;
    } catch (error) {
      if (to.signal.aborted || !passing(error)) throw error;
      await pause(Math.min(30_000, 1000 * 2 ** failed++), to.signal);
    }
  }
}

async function announce(photo: Photo, secret: string | undefined, { district, signal }: Sending): Promise<Standing> {
  const body = { id: photo.id, district: photo.district ?? district, bytes: photo.picture.size, sha256: photo.sha256, taken: photo.taken, lon: photo.lon, lat: photo.lat };
  return call("POST", "/api/v1/photos", JSON.stringify(body), { "Content-Type": "application/json", ...secretHeader(secret) }, signal);
}

async function sendPart(photo: Photo, now: Standing, part: number, secret: string | undefined, signal: AbortSignal): Promise<Standing> {
  return call(
    "PATCH",
    `${photoPath({ district: now.district, id: photo.id })}/upload`,
    photo.picture.slice(now.offset, now.offset + part),
    { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(now.offset), ...secretHeader(secret) },
    signal,
  );
}

const secretHeader = (secret?: string): Record<string, string> => (secret ? { "Upload-Secret": secret } : {});

export const photoPath = (p: { district: string; id: string }) => `/api/v1/photos/${encodeURIComponent(p.district)}/${p.id}`;

async function call(method: string, path: string, body: BodyInit, headers: Record<string, string>, signal: AbortSignal): Promise<Standing> {
  const response = await fetch(path, { method, body, headers: { "Accept-Language": tongue(), ...headers }, signal }).catch((cause: unknown) => {
    throw new Refusal("offline", i18n.t("offline"), [], { cause });
  });
  if (response.ok) return (await response.json()) as Standing;
  throw refusal(await response.text());
}

/** Waits; less when the device says that it is online again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
