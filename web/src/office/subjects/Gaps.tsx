import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type AreaName, useCoverage } from "./queries";

interface GapsProps {
  district: string;
  write: boolean;
  stale: boolean;
  onStale: (only: boolean) => void;
  onFound: (area: AreaName) => void;
}

const most = 12;

/** Which grids and compounds have no branch, each with the way to found one, and what new boundaries left to be confirmed. */
export function Gaps({ district, write, stale, onStale, onFound }: GapsProps) {
  const { t } = useTranslation();
  const found = useCoverage(district, true);
  const [whole, setWhole] = useState<string | null>(null);
  if (!found.data) return <div className="subject-gaps" aria-busy="true" />;
  return (
    <section className="subject-gaps" aria-label={t("coverage")}>
      {found.data.levels.map((l) => {
        const list = l.uncovered.slice(0, whole === l.level ? undefined : most);
        return (
          <div key={l.level} data-testid={`gaps-${l.level}`}>
            <h2>
              {t(`coverage_${l.level}`, { covered: l.all - l.uncovered.length, all: l.all })}
              {l.uncovered.length > 0 && <b className="subject-gap-count">{t("coverageWithout", { n: l.uncovered.length })}</b>}
            </h2>
            <ul>
              {list.map((a) => (
                <li key={a.code}>
                  <a className="quiet-link" title={a.code} href={`/?a=${[a.district, a.level, a.code].map((part) => encodeURIComponent(part ?? "")).join("/")}`}>{a.name}</a>
                  {write && (
                    <Button size="small" onClick={() => onFound({ level: l.level, code: a.code ?? "" })}>
                      {t("foundBranch")}
                    </Button>
                  )}
                </li>
              ))}
              {l.uncovered.length > list.length && (
                <li>
                  <button type="button" className="link" onClick={() => setWhole(l.level)}>
                    {t("coverageRest", { n: l.uncovered.length - list.length })}
                  </button>
                </li>
              )}
            </ul>
          </div>
        );
      })}
      {(found.data.stale > 0 || stale) && (
        <p className="subject-stale">
          {t("coverageStale", { n: found.data.stale })}{" "}
          <button type="button" className="link" aria-pressed={stale} onClick={() => onStale(!stale)}>
            {t(stale ? "subjectShowAll" : "coverageShowStale")}
          </button>
        </p>
      )}
    </section>
  );
}
