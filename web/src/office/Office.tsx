import "./office.css";

import { Design } from "../steward/design";
import { NoticeProvider } from "../steward/notice";
import { useTheme } from "../theme";
import { OfficeBody } from "./OfficeBody";
import { addWords } from "./words";

addWords();

/** The desk of people and access: who works where, what programs may, and who did what. */
export function Office() {
  const theme = useTheme();
  return (
    <Design shown={theme.shown}>
      <div className="desk office">
        <NoticeProvider>
          <OfficeBody theme={theme} />
        </NoticeProvider>
      </div>
    </Design>
  );
}
