import { type FormEvent, useState } from "react";

/** Does one thing at a time, and keeps what was wrong with it until it is tried again. */
export function useSubmit(act: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function run() {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (wrong) {
      setError(wrong);
    }
    setBusy(false);
  }
  const submit = (e?: FormEvent) => {
    e?.preventDefault();
    void run();
  };
  return { busy, error, submit };
}
