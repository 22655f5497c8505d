import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";

import { long } from "../../cases/clock";
import { useCaseClocks } from "../../cases/queries";
import { Urgency } from "../../cases/Urgency";
import { clock as when } from "../../format";
import { said } from "../../steward/service";

const shownSteps = 12;

/** How each deadline of a case is reckoned: what counted, what did not, and why. */
export function ClockView({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const clocks = useCaseClocks(id);
  if (clocks.isPending) return <Skeleton active paragraph={{ rows: 2 }} title={false} />;
  if (clocks.isError) return <p className="soft">{said(clocks.error)}</p>;
  const list = clocks.data.clocks ?? [];
  if (list.length === 0) return <p className="soft">{t("noClock")}</p>;
  return (
    <ol className="clocks">
      {list.map((c) => (
        <li key={`${c.phase} ${c.round}`} className={c.ended ? "ended" : undefined}>
          <p>
            <Urgency state={c.state === "finished" ? "done" : c.state} />
            <strong>
              {c.word}
              {c.round > 1 && ` · ${t("clockRound", { n: c.round })}`}
            </strong>
            <span>{(c.limits ?? []).join("，")}</span>
            {c.due && <span className="soft">{t("clockDue", { time: when(c.due, lang) })}</span>}
          </p>
          <p className="soft">
            {t("clockUsed", { used: long(c.used_s * 1000, lang) })}
            {!c.ended && c.remaining_s > 0 && ` · ${t(c.working ? "clockWorkLeft" : "clockRealLeft", { left: long(c.remaining_s * 1000, lang) })}`}
          </p>
          {(c.steps ?? []).length > 0 && (
            <details>
              <summary>{t("clockSteps")}</summary>
              <ul>
                {c.steps.slice(-shownSteps).map((s, i) => (
                  <li key={i} className={`step ${s.kind}`}>
                    <span>{s.name || t(`step_${s.kind}`)}</span>
                    <span className="soft">
                      {when(s.from, lang)} – {s.to ? when(s.to, lang) : t("clockNow")}
                    </span>
                  </li>
                ))}
              </ul>
            </details>
          )}
          {(c.uncertain ?? []).length > 0 && <p className="warn">{t("clockUncertain", { years: (c.uncertain ?? []).join("、") })}</p>}
        </li>
      ))}
    </ol>
  );
}
