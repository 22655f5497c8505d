import { Button, Input, Radio, Select } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ask } from "../../api/client";
import { type CRS, crsNames, parsePosition } from "../../position";
import { Field } from "../Field";
import { FormWrong } from "../people/PersonFields";
import { useSubmit } from "../useSubmit";
import type { Answer, Suggestion } from "./queries";
import { notCodes } from "./rule";

const crsWord: Record<CRS, string> = { wgs84: "WGS-84", gcj02: "GCJ-02", bd09: "BD-09", cgcs2000: "CGCS2000" };

/** Asks who answers for a class at a place, and tells why: what a dispatcher will be shown. */
export function TryIt({ district }: { district: string }) {
  const { t } = useTranslation();
  const title = useId();
  const [where, setWhere] = useState("");
  const [crs, setCRS] = useState<CRS>("wgs84");
  const [kind, setKind] = useState<"event" | "component">("event");
  const [code, setCode] = useState("");
  const [answer, setAnswer] = useState<Suggestion | null>(null);
  const position = parsePosition(where);
  const badCode = code !== "" && notCodes([code]).length > 0;

  const { busy, error, submit } = useSubmit(async () => {
    setAnswer(null);
    if (!position) return;
    setAnswer(await ask(api.GET("/api/v1/responsibilities/suggestion", { params: { query: { district, kind, code: code || undefined, lon: position.lon, lat: position.lat, crs } } })));
  });
  return (
    <section className="duty-try" aria-labelledby={title}>
      <h2 id={title}>{t("tryIt")}</h2>
      <form onSubmit={submit}>
        <Field label={t("tryWhere")} wrong={where && !position ? t("tryWhereWrong") : undefined}>
          {(id, about) => <Input id={id} required aria-describedby={about} autoComplete="off" placeholder="111.6712,40.8301" value={where} onChange={(e) => setWhere(e.target.value)} />}
        </Field>
        <Field label={t("tryCRS")}>{(id) => <Select id={id} value={crs} onChange={setCRS} options={crsNames.map((c) => ({ value: c, label: crsWord[c] }))} />}</Field>
        <Field label={t("ruleKind")}>
          {(id) => (
            <Radio.Group id={id} aria-label={t("ruleKind")} optionType="button" value={kind} onChange={(e) => setKind(e.target.value as typeof kind)} options={(["event", "component"] as const).map((k) => ({ value: k, label: t(`ruleKind_${k}`) }))} />
          )}
        </Field>
        <Field label={t("tryCode")} wrong={badCode ? t("ruleCodesWrong", { codes: code }) : undefined}>
          {(id, about) => <Input id={id} aria-describedby={about} inputMode="numeric" autoComplete="off" placeholder="0110" maxLength={4} value={code} onChange={(e) => setCode(e.target.value.trim())} />}
        </Field>
        <Button htmlType="submit" aria-busy={busy} disabled={!position || badCode}>
          {t("tryAsk")}
        </Button>
      </form>
      <div aria-live="polite">
        <FormWrong error={error} fields />
        {answer && <Told answer={answer} />}
      </div>
    </section>
  );
}

/** A suggestion in words. */
function Told({ answer: a }: { answer: Suggestion }) {
  const { t } = useTranslation();
  const border = { area: a.owner.name, m: Math.round(a.border.distance_m), names: a.border.names.join(t("listComma")) };
  return (
    <div className="duty-told" data-testid="told">
      <p className="duty-unit">
        <b>{t("tryAnswer", { unit: a.unit.name })}</b>
        {a.fallback && <span className="synthetic">{t("tryFallback")}</span>}
        {a.phone && <a href={`tel:${a.phone}`}>{a.phone}</a>}
      </p>
      <Why answer={a} />
      {a.runner_up && (
        <details>
          <summary>
            {t("tryElse", { unit: a.runner_up.unit.name })}
            {a.runner_up.across && ` · ${t("tryAcross")}`}
          </summary>
          <Why answer={a.runner_up} />
        </details>
      )}
      {a.skipped.length > 0 && (
        <div className="wrong">
          <p>{t("trySkipped")}</p>
          <ul>
            {a.skipped.map((s) => (
              <li key={s.rule}>
                {s.name} · {s.text}
              </li>
            ))}
          </ul>
        </div>
      )}
      <p className="soft">
        {t("tryHere")} {[...a.chain].reverse().map((c) => c.name).join(" › ")}
        <br />
        {t(border.names ? "tryBorder" : "tryBorderAlone", border)} · {t("tryEdition", { name: a.edition.name, from: a.edition.valid_from })}
        {a.class && ` · ${t("tryClass", { code: a.class.code, name: a.class.name ?? "" })}`}
      </p>
    </div>
  );
}

function Why({ answer }: { answer: Answer }) {
  const { t } = useTranslation();
  return (
    <ol className="duty-why" aria-label={t("tryWhy")}>
      {answer.why.map((w) => (
        <li key={w.code}>{w.text}</li>
      ))}
    </ol>
  );
}
