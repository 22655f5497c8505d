import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Photo } from "./photos";

vi.stubGlobal("localStorage", { getItem: () => null });
vi.stubGlobal("location", { origin: "http://test" });
vi.stubGlobal("document", { documentElement: {} });
vi.stubGlobal("window", new EventTarget());
const { sendPhoto } = await import("./photos");

const photo: Photo = { id: "01900000-0000-7000-8000-000000000000", picture: new Blob([new Uint8Array(200_000)]), sha256: "00", taken: "2026-11-25T06:00:00Z", complete: false };
const json = (status: number, body: object) => new Response(JSON.stringify(body), { status });

/** A service that keeps what comes, and fails as it is told to. */
function service(fails: (n: number) => "cut" | "moved" | null) {
  const asked: string[] = [];
  const secrets: (string | null)[] = [];
  let have = 0;
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    asked.push(`${init.method} ${headers.get("Upload-Offset") ?? ""}`.trim());
    secrets.push(headers.get("Upload-Secret"));
    const what = fails(asked.length);
    if (what === "cut") return Promise.reject(new TypeError("no line"));
    if (init.method === "PATCH") {
      if (what === "moved" || Number(headers.get("Upload-Offset")) !== have) return Promise.resolve(json(409, { code: "offset_differs", detail: "" }));
      have += (init.body as Blob).size;
    }
    const standing = { district: "150102", offset: have, state: have === photo.picture.size ? "complete" : "receiving" };
    return Promise.resolve(json(200, init.method === "POST" && !secrets.at(-1) ? { ...standing, secret: "s" } : standing));
  });
  return { asked, secrets, have: () => have };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function sent(signal = new AbortController().signal) {
  const shares: number[] = [];
  const done = sendPhoto(photo, { signal, onProgress: (s) => shares.push(s), onKnown: () => undefined });
  done.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  return { done, shares };
}

it("sends a photograph in parts, each behind the one before, under the secret that it was given", async () => {
  const s = service(() => null);
  const { done, shares } = await sent();
  await done;
  expect(s.have()).toBe(200_000);
  expect(s.asked).toEqual(["POST", "PATCH 0", "PATCH 65536", "PATCH 196608"]);
  expect(s.secrets).toEqual([null, "s", "s", "s"]);
  expect(shares.at(-1)).toBe(1);
});

it("asks where it was and goes on there after a cut, or when the service has another offset", async () => {
  const s = service((n) => (n === 3 ? "cut" : n === 5 ? "moved" : null));
  await (await sent()).done;
  expect(s.have()).toBe(200_000);
  expect(s.asked.slice(0, 6)).toEqual(["POST", "PATCH 0", "PATCH 65536", "POST", "PATCH 65536", "POST"]);
  expect(s.secrets.slice(1).every((x) => x === "s")).toBe(true);
});

it("gives up when what it is told will not pass, and when nobody wants it any more", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(json(422, { code: "photo_unreadable", detail: "打不开" })));
  await expect((await sent()).done).rejects.toThrow("photo_unreadable");
  const cut = new AbortController();
  service(() => "cut");
  const waiting = sent(cut.signal);
  cut.abort();
  await expect((await waiting).done).rejects.toThrow("offline");
});
