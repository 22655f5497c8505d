import { expect, it } from "vitest";

import { Shelf } from "./shelf";

/** A shelf whose fetches are answered by hand. */
function byHand(most: number) {
  const asked: { key: string; signal: AbortSignal; answer: (v: string) => void; fail: (e: Error) => void }[] = [];
  const shelf = new Shelf<string>((key, signal) => new Promise((answer, fail) => asked.push({ key, signal, answer, fail })), most);
  return { shelf, asked };
}
const never = () => new AbortController().signal;

it("fetches once for all who ask, and keeps it", async () => {
  const { shelf, asked } = byHand(4);
  const both = Promise.all([shelf.get("a", never()), shelf.get("a", never())]);
  asked[0]?.answer("A");
  expect(await both).toEqual(["A", "A"]);
  expect(await shelf.get("a", never())).toBe("A");
  expect(asked).toHaveLength(1);
});

it("stops when the last who waits has left, not before", async () => {
  const { shelf, asked } = byHand(4);
  const [one, two] = [new AbortController(), new AbortController()];
  const first = shelf.get("a", one.signal);
  const second = shelf.get("a", two.signal);
  one.abort();
  await expect(first).rejects.toThrow();
  expect(asked[0]?.signal.aborted).toBe(false);
  two.abort();
  await expect(second).rejects.toThrow();
  expect(asked[0]?.signal.aborted).toBe(true);
  void shelf.get("a", never());
  expect(asked).toHaveLength(2); // a new fetch, not the stopped one
});

it("does not ask for one who has left already", async () => {
  const { shelf, asked } = byHand(4);
  await expect(shelf.get("a", AbortSignal.abort())).rejects.toThrow();
  expect(asked).toHaveLength(0);
});

it("keeps what was asked for last, and nothing that failed", async () => {
  const { shelf, asked } = byHand(2);
  for (const key of ["a", "b"]) {
    const got = shelf.get(key, never());
    asked.at(-1)?.answer(key);
    await got;
  }
  await shelf.get("a", never());
  const c = shelf.get("c", never());
  asked.at(-1)?.fail(new Error("gone"));
  await expect(c).rejects.toThrow("gone");
  await shelf.get("a", never());
  expect(asked.map((x) => x.key)).toEqual(["a", "b", "c"]);
  void shelf.get("c", never());
  void shelf.get("b", never());
  expect(asked.map((x) => x.key)).toEqual(["a", "b", "c", "c", "b"]);
});
