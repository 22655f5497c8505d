import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { terms } from "./terms";

export type Lang = "zh" | "en";

const kept = localStorage.getItem("lang");

export const i18n = i18next.createInstance();
void i18n.use(initReactI18next).init({
  resources: { zh: { translation: terms.zh }, en: { translation: terms.en } },
  lng: kept === "en" ? "en" : "zh",
  fallbackLng: "zh",
  interpolation: { escapeValue: false }, // React escapes
});
document.documentElement.lang = i18n.language === "en" ? "en" : "zh-CN";

export function switchLanguage(lang: Lang) {
  localStorage.setItem("lang", lang);
  document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
  void i18n.changeLanguage(lang);
}
