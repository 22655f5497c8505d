import { useTranslation } from "react-i18next";

import { api, ask } from "../../api/client";
import { distance } from "../../format";
import { said } from "../../steward/service";
import type { Place } from "../act/draft";
import type { Answer } from "../service";

/** Asks whose a place is. Throws a Refusal. */
export function locate(p: Place): Promise<Answer> {
  return ask(api.GET("/api/v1/locate", { params: { query: { lon: p.lon, lat: p.lat, crs: p.crs as "wgs84" } } }));
}

/** The areas of an answer, coarse to fine. */
export function chainOf(a: Answer): string {
  return [a.subdistrict, a.community, a.grid].map((u) => u?.name).filter(Boolean).join(" › ") || (a.district?.name ?? "");
}

/** A place in one line: where, whose grid, who works there and their telephone, how near the border. */
export function OwnerLine({ at, answer, error }: { at: string; answer: Answer | undefined; error: unknown }) {
  const { t, i18n } = useTranslation();
  if (error) {
    return (
      <p className="owner-line wrong" role="alert">
        {said(error)}
      </p>
    );
  }
  if (!answer) return <p className="owner-line soft">{t("looking")}</p>;
  const border = answer.border;
  return (
    <p className="owner-line" role="status" data-testid="owner-line">
      <code>{at}</code>
      {answer.covered ? <strong>{chainOf(answer)}</strong> : <strong className="wrong">{t("uncovered")}</strong>}
      {!answer.covered && answer.nearest && <span>{t("uncoveredHint", { name: answer.nearest.name, distance: distance(answer.nearest.distance_m, i18n.language) })}</span>}
      {answer.workers.map((w) => (
        <span key={w.id}>
          {w.name}
          {w.phone && (
            <>
              {" "}
              <a href={`tel:${w.phone}`}>{w.phone}</a>
            </>
          )}
        </span>
      ))}
      {answer.covered && answer.workers.length === 0 && <span className="soft">{t("noWorker")}</span>}
      {border && border.distance_m < 30 && <span className="near-border">{t("nearBorder", { distance: distance(border.distance_m, i18n.language), names: border.names.slice(0, 2).join("、") })}</span>}
    </p>
  );
}
