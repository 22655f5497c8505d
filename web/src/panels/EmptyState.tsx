import { useTranslation } from "react-i18next";

import { Copy } from "./Copy";

const importCommand = "bin/wangge import grids.geojson --level grid --district 150102 --district-name 新城区 --commit";
const activateCommand = `bin/wangge edition activate ${new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" })} --from ${new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" })}`;

/** No boundaries are in force: what to do next. */
export function EmptyState() {
  const { t } = useTranslation();
  return (
    <section className="empty" data-testid="empty">
      <svg className="sketch" viewBox="18 2 204 108" aria-hidden="true">
        <path className="fill" d="M20 34 78 14l62 12 80-8v82l-70 10-72-6-58 4z" />
        <path d="M20 34 78 14l62 12 80-8v82l-70 10-72-6-58 4z" />
        <path className="thin" d="M78 14v90M140 26l10 84M20 70l58-8 66 6 76-10" />
        <path className="dots" d="M48 24v82M110 20l4 86M180 22l6 80M20 52l58-8 64 4 78-12M20 90l58-6 68 4 74-8" />
      </svg>
      <h1>{t("emptyTitle")}</h1>
      <p>{t("emptyText")}</p>
      <a className="primary button" href="/steward">
        {t("emptyAction")}
      </a>
      <h2>{t("emptyOr")}</h2>
      <ol>
        <li>
          <p>{t("emptyStep1")}</p>
          <div className="command">
            <Command text={importCommand} />
            <Copy text={() => importCommand} label={t("commandCopy")} />
          </div>
        </li>
        <li>
          <p>{t("emptyStep2")}</p>
          <div className="command">
            <Command text={activateCommand} />
            <Copy text={() => activateCommand} label={t("commandCopy")} />
          </div>
        </li>
        <li>
          <p>{t("emptyStep3")}</p>
        </li>
      </ol>
    </section>
  );
}

/** A command that wraps between its words, never inside a flag. */
function Command({ text }: { text: string }) {
  return (
    <code>
      {text.split(" ").map((word, i) => (
        <span key={i}>{word} </span>
      ))}
    </code>
  );
}
