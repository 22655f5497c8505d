import "./edition/edition.css";
import "./findings/findings.css";
import "./upload/upload.css";
import "./steward.css"; // last: it holds what differs on small screens

import { useTranslation } from "react-i18next";

import { useTheme } from "../theme";
import { Design } from "./design";
import { DeskBody } from "./DeskBody";
import { NoticeProvider } from "./notice";
import { addWords } from "./words";

addWords();

/** The boundary steward's desk: from a file to an edition in force. */
export function Desk() {
  const theme = useTheme();
  const { t } = useTranslation();
  return (
    <Design shown={theme.shown}>
      <main className="desk steward" aria-label={t("steward")}>
        <NoticeProvider>
          <DeskBody theme={theme} />
        </NoticeProvider>
      </main>
    </Design>
  );
}
