import { i18n } from "../../i18n";
import { en } from "./en";
import { zh } from "./zh";

/** Adds the desk's words to those of the first page, which does not carry them. */
export function addWords() {
  i18n.addResourceBundle("zh", "translation", zh, true, true);
  i18n.addResourceBundle("en", "translation", en, true, true);
}
