import { i18n } from "../../i18n";
import { addCaseWords } from "../addWords";
import { words } from "./words";

/** Adds the words of the phone's pages to those of the first page, which does not carry them. */
export function addPhoneWords() {
  addCaseWords();
  i18n.addResourceBundle("zh", "translation", words.zh, true, true);
  i18n.addResourceBundle("en", "translation", words.en, true, true);
}
