import { i18n } from "../i18n";
import { words } from "./words";

/** Adds the words about cases to those of the first page, which does not carry them. */
export function addCaseWords() {
  i18n.addResourceBundle("zh", "translation", words.zh, true, true);
  i18n.addResourceBundle("en", "translation", words.en, true, true);
}
