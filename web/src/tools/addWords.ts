/** Adds the words of the tools to those of the first page, which does not carry them. */
import { i18n } from "../i18n";
import { en, zh } from "./words";

i18n.addResourceBundle("zh", "translation", zh, true, true);
i18n.addResourceBundle("en", "translation", en, true, true);
