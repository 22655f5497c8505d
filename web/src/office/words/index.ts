import { i18n } from "../../i18n";
import * as duty from "../duty/words";
import * as standard from "../standard/words";
import * as subjects from "../subjects/words";
import { en } from "./en";
import { zh } from "./zh";

/** Adds the desk's words to those of the first page, which does not carry them. */
export function addWords() {
  i18n.addResourceBundle("zh", "translation", { ...zh, ...duty.zh, ...standard.zh, ...subjects.zh }, true, true);
  i18n.addResourceBundle("en", "translation", { ...en, ...duty.en, ...standard.en, ...subjects.en }, true, true);
}
