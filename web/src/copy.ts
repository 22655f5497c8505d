/** Copies a text, also where the clipboard is not to be had (plain http, old browsers). */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const held = document.activeElement as HTMLElement | null;
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    (held?.closest("dialog") ?? document.body).append(field); // a dialog shuts everything else off
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    held?.focus();
    if (!done) throw new Error("the browser does not copy");
  }
}
