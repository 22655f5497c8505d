/** What somebody has begun to report, kept in this browser until the service has it: the words and the pictures. */

import type { Photo } from "../photos";

export interface Place {
  lon: number; // WGS 84
  lat: number;
}

export interface Draft {
  /** Of the case: the same however often it is sent. */
  id: string;
  description: string;
  address: string;
  place: Place | null;
  class: { kind: "event" | "component"; code: string; name: string } | null;
  name: string;
  phone: string;
  photos: Photo[];
  /** It was to be sent: the answer is missing. */
  sent: boolean;
}

const name = "wangge-report";
const key = "draft";

/** The store in the browser; null where it allows none (private windows of old browsers). */
function withStore<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  return new Promise((resolve) => {
    let opening: IDBOpenDBRequest;
    try {
      opening = indexedDB.open(name, 1);
    } catch {
      resolve(null);
      return;
    }
    opening.onupgradeneeded = () => opening.result.createObjectStore(key);
    opening.onerror = () => resolve(null);
    opening.onsuccess = () => {
      const db = opening.result;
      const tx = db.transaction(key, mode);
      const asked = ask(tx.objectStore(key));
      tx.oncomplete = () => {
        db.close();
        resolve(asked.result);
      };
      tx.onerror = tx.onabort = () => {
        db.close();
        resolve(null);
      };
    };
  });
}

export async function readDraft(): Promise<Draft | null> {
  return (await withStore<Draft | undefined>("readonly", (s) => s.get(key) as IDBRequest<Draft | undefined>)) ?? null;
}

/** Keeps a draft. False: the browser does not keep it. */
export async function keepDraft(d: Draft): Promise<boolean> {
  return (await withStore("readwrite", (s) => s.put(d, key))) !== null;
}

export async function dropDraft() {
  await withStore("readwrite", (s) => s.delete(key));
}
