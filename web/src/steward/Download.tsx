import { Button, Input, Popover, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Level } from "../map/levels";
import { type Edition, editionPath, levelsOf } from "./service";
import { Field } from "./upload/Field";

const formats = ["gpkg", "shp", "geojson", "kml"] as const;
const systems = ["wgs84", "cgcs2000", "gcj02", "bd09", "epsg"];

/** The boundaries of an edition as a file. */
export function Download({ edition }: { edition: Edition }) {
  const { t } = useTranslation();
  const present = levelsOf(edition);
  const [level, setLevel] = useState<Level>(present.includes("grid") ? "grid" : (present.at(-1) ?? "district"));
  const [format, setFormat] = useState<(typeof formats)[number]>("shp");
  const [crs, setCRS] = useState("wgs84");
  const [epsg, setEPSG] = useState("");
  const [charset, setCharset] = useState<"utf-8" | "gbk">("gbk");
  if (present.length === 0) return null;

  const q = new URLSearchParams({ level, format });
  if (format !== "kml") q.set("crs", crs === "epsg" ? `EPSG:${epsg.trim()}` : crs);
  if (format === "shp") q.set("charset", charset);
  const ready = crs !== "epsg" || format === "kml" || /^\d{4,6}$/.test(epsg.trim());

  return (
    <Popover
      trigger="click"
      placement="topLeft"
      content={
        <div className="stack download">
          <Field label={t("levelField")}>{(id) => <Select id={id} value={level} onChange={setLevel} options={present.map((l) => ({ value: l, label: t(`level_${l}`) }))} />}</Field>
          <Field label={t("fileFormat")}>{(id) => <Select id={id} value={format} onChange={setFormat} options={formats.map((f) => ({ value: f, label: t(`format_${f}`) }))} />}</Field>
          {format === "shp" && (
            <Field label={t("charset")}>
              {(id) => (
                <Select
                  id={id}
                  value={charset}
                  onChange={setCharset}
                  options={[
                    { value: "gbk", label: "GBK" },
                    { value: "utf-8", label: "UTF-8" },
                  ]}
                />
              )}
            </Field>
          )}
          {format !== "kml" && (
            <Field label={t("crs")}>
              {(id) => <Select id={id} value={crs} onChange={setCRS} options={systems.map((s) => ({ value: s, label: t(s === "epsg" ? "crsEpsg" : `crs_${s}`) }))} />}
            </Field>
          )}
          {format !== "kml" && crs === "epsg" && (
            <Field label={t("epsgNumber")}>{(id) => <Input id={id} inputMode="numeric" placeholder="4546" value={epsg} onChange={(e) => setEPSG(e.target.value)} />}</Field>
          )}
          <Button type="primary" disabled={!ready} target="_blank" href={`${editionPath(edition)}/export?${q.toString()}`}>
            {t("download")}
          </Button>
        </div>
      }
    >
      <Button>{t("downloadMore")}</Button>
    </Popover>
  );
}
