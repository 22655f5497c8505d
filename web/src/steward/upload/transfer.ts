import { Refusal } from "../../api/client";
import { i18n } from "../../i18n";
import { refusal, send, tongue, type Upload } from "../service";

/** How far a transfer is, in bytes and bytes per second. */
export interface Progress {
  sent: number;
  total: number;
  rate: number;
}

/**
 * Sends files one after the other as one upload and says how far it is. signal
 * really stops it: the connection is cut, and what has arrived is thrown away.
 */
export async function transfer(files: File[], signal: AbortSignal, onProgress: (p: Progress) => void): Promise<string> {
  const { id } = await send<Upload>("POST", "/api/v1/uploads");
  const total = files.reduce((sum, f) => sum + f.size, 0);
  const began = performance.now();
  let before = 0;
  try {
    for (const file of files) {
      await put(id, file, signal, (loaded) => {
        const sent = before + loaded;
        onProgress({ sent, total, rate: sent / Math.max(0.2, (performance.now() - began) / 1000) });
      });
      before += file.size;
    }
  } catch (e) {
    void send("DELETE", `/api/v1/uploads/${id}`).catch(() => undefined); // it would expire by itself
    throw e;
  }
  return id;
}

function put(id: string, file: File, signal: AbortSignal, onSent: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    const cancelled = () => reject(new Refusal("cancelled", ""));
    if (signal.aborted) return cancelled();
    const stop = () => x.abort();
    signal.addEventListener("abort", stop);
    x.open("PUT", `/api/v1/uploads/${id}/files/${encodeURIComponent(file.name)}`);
    x.setRequestHeader("Content-Type", "application/octet-stream");
    x.setRequestHeader("Accept-Language", tongue());
    x.upload.onprogress = (e) => onSent(e.loaded);
    x.onabort = cancelled;
    x.onerror = () => reject(new Refusal("offline", i18n.t("offline")));
    x.onload = () => (x.status === 200 ? resolve() : reject(refusal(x.responseText)));
    x.onloadend = () => signal.removeEventListener("abort", stop);
    x.send(file);
  });
}
