import { Popover } from "antd";
import { useTranslation } from "react-i18next";

import { LookSwitch } from "../panels/LookSwitch";
import type { Theme } from "../theme";

const keys = ["jk", "enter", "esc", "undo", "redo", "panel", "help"];

/** The way back to the map, light or dark, the language, the keys. */
export function DeskFoot({ theme, help, onHelp }: { theme: Theme; help: boolean; onHelp: (open: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <div className="desk-foot">
      <a className="link" href="/">
        {t("backToMap")}
      </a>
      <LookSwitch theme={theme} />
      <Popover
        open={help}
        onOpenChange={onHelp}
        trigger="click"
        placement="topRight"
        content={
          <dl className="key-list">
            {keys.map((k) => (
              <div key={k}>
                <dt>
                  <kbd>{t(`key_${k}`)}</kbd>
                </dt>
                <dd>{t(`keyDoes_${k}`)}</dd>
              </div>
            ))}
          </dl>
        }
      >
        <button type="button" className="link keys-button">
          {t("keysWord")}
        </button>
      </Popover>
    </div>
  );
}
