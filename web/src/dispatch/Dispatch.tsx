import "./dispatch.css";
import "./panel/panel.css";
import "./narrow.css"; // last: it holds what differs on small screens

import { useTranslation } from "react-i18next";

import { addCaseWords } from "../cases/addWords";
import { Design } from "../steward/design";
import { NoticeProvider } from "../steward/notice";
import { useTheme } from "../theme";
import { DispatchBody } from "./DispatchBody";
import { addWords } from "./words";

addCaseWords();
addWords();

/** The dispatcher's desk: which case is next, and to whom. */
export function Dispatch() {
  const theme = useTheme();
  const { t } = useTranslation();
  return (
    <Design shown={theme.shown}>
      <main className="desk dispatch" aria-label={t("dispatchDesk")}>
        <NoticeProvider>
          <DispatchBody theme={theme} />
        </NoticeProvider>
      </main>
    </Design>
  );
}
