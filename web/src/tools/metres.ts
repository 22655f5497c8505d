/** A measured length: metres to the decimetre below a kilometre, kilometres to the metre beyond. */
export function metres(value: number, lang: string): string {
  const [m, km] = lang === "en" ? ["m", "km"] : ["米", "公里"];
  const tenths = Math.round(value * 10) / 10;
  const number = (v: number, digits: number) => v.toLocaleString(lang, { maximumFractionDigits: digits });
  return tenths < 1000 ? `${number(tenths, 1)}\u2009${m}` : `${number(value / 1000, 3)}\u2009${km}`;
}
