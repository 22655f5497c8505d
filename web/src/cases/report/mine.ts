/** The reports that were sent from this browser, which alone knows of them: their numbers are the key to them. */

export interface Mine {
  number: string;
  at: string;
  text: string;
}

const mineKey = "wangge-my-reports";
const mostMine = 30;

/** The reports that were sent from this browser, the latest first. */
export function myReports(): Mine[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(mineKey) ?? "[]");
    return Array.isArray(list) ? (list as Mine[]).filter((m) => typeof m?.number === "string") : [];
  } catch {
    return [];
  }
}

export function addMine(m: Mine) {
  localStorage.setItem(mineKey, JSON.stringify([m, ...myReports().filter((x) => x.number !== m.number)].slice(0, mostMine)));
}

export function forgetMine(number: string) {
  localStorage.setItem(mineKey, JSON.stringify(myReports().filter((x) => x.number !== number)));
}
