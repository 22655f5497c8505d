import { Button, Popover } from "antd";
import { useTranslation } from "react-i18next";

import { timeOf } from "../cases/clock";
import type { Live } from "../cases/events";
import { LookSwitch } from "../panels/LookSwitch";
import type { Me } from "../session/session";
import type { Theme } from "../theme";

interface DispatchHeadProps {
  theme: Theme;
  me: Me | undefined;
  synthetic: boolean;
  live: Live;
  sound: { on: boolean; toggle: () => void };
  help: boolean;
  onHelp: (open: boolean) => void;
  onNew: () => void;
}

const keys = ["jk", "enter", "x", "a", "d", "r", "u", "n", "slash", "esc", "help"];

/** The head of the desk: what is live, a new case, sound, light or dark, the keys. */
export function DispatchHead({ theme, me, synthetic, live, sound, help, onHelp, onNew }: DispatchHeadProps) {
  const { t } = useTranslation();
  return (
    <header className="dispatch-head">
      <h1>{t("dispatchDesk")}</h1>
      <LiveMark live={live} />
      <Button type="primary" onClick={onNew}>
        {t("newCase")} <kbd aria-hidden="true">N</kbd>
      </Button>
      <div className="office-tools">
        {synthetic && <span className="synthetic">{t("synthetic")}</span>}
        {me?.person && (
          <a className="link office-me" href="/account">
            {me.person.name}
          </a>
        )}
        <a className="link" href="/wall">
          {t("toWall")}
        </a>
        <a className="link" href="/">
          {t("toMap")}
        </a>
        <button type="button" className="link" role="switch" aria-checked={sound.on} onClick={sound.toggle}>
          {t(sound.on ? "soundOn" : "soundOff")}
        </button>
        <LookSwitch theme={theme} />
        <Popover
          open={help}
          onOpenChange={onHelp}
          trigger="click"
          placement="bottomRight"
          content={
            <dl className="key-list">
              {keys.map((k) => (
                <div key={k}>
                  <dt>
                    <kbd>{t(`caseKey_${k}`)}</kbd>
                  </dt>
                  <dd>{t(`caseKeyDoes_${k}`)}</dd>
                </div>
              ))}
            </dl>
          }
        >
          <button type="button" className="link dispatch-keys">
            {t("caseKeys")}
          </button>
        </Popover>
      </div>
    </header>
  );
}

/** Whether what is shown is what holds now, or since when it may not be. */
export function LiveMark({ live }: { live: Live }) {
  const { t } = useTranslation();
  return (
    <span className={`live ${live.state}`} role="status" data-testid="live">
      <span className="live-dot" aria-hidden="true" />
      {live.state === "lost" ? t("liveLost", { time: timeOf(live.since ?? 0) }) : t(live.state === "connected" ? "liveConnected" : "liveConnecting")}
    </span>
  );
}
