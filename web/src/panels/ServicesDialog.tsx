import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Level, levels } from "../map/levels";
import { useSession } from "../session/session";
import { Copy } from "./Copy";
import { Dialog } from "./Dialog";

/** The addresses under which other programs open the same layers. */
export function ServicesDialog({ present, onClose }: { present: Level[]; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const me = useSession().data;
  const there = levels.filter((l) => present.includes(l));
  const [level, setLevel] = useState<Level>(there.includes("community") ? "community" : (there.at(-1) ?? "district"));
  const own = location.origin;
  const key = me?.signed_in && !me.public; // strangers are not let in: programs need a key
  const header = key ? ` --config GDAL_HTTP_HEADERS "Authorization: Bearer ${t("yourKey")}"` : "";
  return (
    <Dialog title={t("services")} onClose={onClose}>
      <h3>{t("servicesOgc")}</h3>
      <Line text={`${own}/ogc`} />
      <p>{t("servicesQgis")}</p>
      <label>
        {t("servicesLayer")}{" "}
        <select value={level} onChange={(e) => setLevel(e.target.value as Level)}>
          {there.map((l) => (
            <option key={l} value={l}>
              {t(`level_${l}`)}
            </option>
          ))}
        </select>
      </label>
      <Line text={`ogr2ogr ${level}.gpkg OAPIF:${own}/ogc ${level} -oo PAGE_SIZE=1000${header}`} />
      {key && <p>{t("servicesKey")}</p>}
      <h3>{t("servicesTiles")}</h3>
      <Line text={`${own}/tiles/${level}.json`} />
      <p>
        <a className="link" href="/ogc" hrefLang={i18n.language}>
          {t("servicesPages")}
        </a>
        {" · "}
        <a className="link" href="/docs">
          {t("api")}
        </a>
      </p>
    </Dialog>
  );
}

/** A line to be copied. */
function Line({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <div className="copy">
      <code>{text}</code>
      <Copy text={() => text} label={t("copyThis")} />
    </div>
  );
}
