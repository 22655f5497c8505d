/** What was fetched of late, and what is being fetched, each once for all who ask. */
export class Shelf<T> {
  private kept = new Map<string, { got: Promise<T>; waiting: number; done: boolean; stop: AbortController }>();

  /** Keeps so many at most; load fetches one. What fails is not kept. */
  constructor(
    private load: (key: string, signal: AbortSignal) => Promise<T>,
    private most: number,
  ) {}

  /** Fetching stops when nobody who asked waits any more. */
  async get(key: string, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const entry = this.kept.get(key) ?? this.fetch(key);
    this.kept.delete(key); // to the end, where what was asked for last stands
    this.kept.set(key, entry);
    for (const old of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      this.kept.delete(old);
    }
    entry.waiting++;
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        reject(signal.reason as Error);
        if (--entry.waiting > 0 || entry.done) return;
        this.forget(key, entry);
        entry.stop.abort();
      };
      signal.addEventListener("abort", leave, { once: true });
      entry.got.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }

  private fetch(key: string) {
    const stop = new AbortController();
    const entry = { got: this.load(key, stop.signal), waiting: 0, done: false, stop };
    entry.got.then(
      () => (entry.done = true),
      () => this.forget(key, entry),
    );
    return entry;
  }

  private forget(key: string, entry: unknown) {
    if (this.kept.get(key) === entry) this.kept.delete(key);
  }
}
