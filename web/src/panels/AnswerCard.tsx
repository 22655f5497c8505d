import { useTranslation } from "react-i18next";

import type { AreaKey } from "../address";
import type { Answer, Period, Refusal, Then, Unit } from "./../api/client";
import { day, distance } from "../format";
import { formatPosition, type Position } from "../position";
import { Copy } from "./Copy";
import { PlaceHistory } from "./PlaceHistory";
import { Synthetic } from "./Synthetic";

interface AnswerCardProps {
  point: Position;
  answer: Answer | undefined;
  /** Whom the place has belonged to, the earliest first. */
  history: Then[];
  refusal: Refusal | null;
  selected: AreaKey | null;
  /** The editions of the district, the earliest first. */
  periods: Period[];
  onArea: (key: AreaKey) => void;
  onPoint: (p: Position) => void;
  onAt: (at: string | null) => void;
}

/** Nearer than this to a border, a phone cannot tell the sides apart. */
const nearBorder = 10; // metres

/** Whose a place is: one line first, then the chain, the border, the edition, and whose it was. */
export function AnswerCard({ point, answer, history, refusal, selected, periods, onArea, onPoint, onAt }: AnswerCardProps) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  if (refusal) {
    return (
      <section className="answer" aria-live="polite">
        <p className="wrong" role="alert">
          {refusal.detail}
        </p>
        {refusal.code === "lat_lon_swapped" && (
          <button type="button" className="primary wide" onClick={() => onPoint({ ...point, lon: point.lat, lat: point.lon })}>
            {t("swap")}
          </button>
        )}
        <Coordinates point={point} />
      </section>
    );
  }
  if (!answer) {
    return (
      <section className="answer" aria-live="polite" aria-busy="true">
        <p className="eyebrow">{t("loading")}</p>
        <div className="bone" />
        <div className="bone short" />
      </section>
    );
  }
  if (!answer.covered) {
    const near = answer.nearest;
    return (
      <section className="answer" aria-live="polite">
        <h1>{t("uncovered")}</h1>
        {near && (
          <p>
            {t("uncoveredHint", { name: near.name, distance: distance(near.distance_m, lang) })}{" "}
            <button type="button" className="link" onClick={() => onArea({ district: near.district, level: near.level, code: near.code })}>
              {t("goNearest")}
            </button>
          </p>
        )}
        <Coordinates point={point} />
        <PlaceHistory history={history} periods={periods} onAt={onAt} />
      </section>
    );
  }
  const district = answer.district?.code ?? "";
  const chain: [string, Unit | null][] = [
    ["grid", answer.grid],
    ["community", answer.community],
    ["subdistrict", answer.subdistrict],
    ["district", answer.district],
  ];
  const present = chain.filter((row): row is [string, Unit] => row[1] !== null);
  const [finest, next, ...above] = present;
  const border = answer.border;
  const near = border !== null && border.distance_m < nearBorder;
  return (
    <section className="answer" aria-live="polite">
      <p className="eyebrow">{t("belongs")}</p>
      <h1 data-testid="owner">
        {next && finest?.[0] === "grid" ? <span>{next[1].name}</span> : null}
        <span>{finest?.[1].name}</span>
      </h1>
      <p className="above">{(finest?.[0] === "grid" ? above : next ? [next, ...above] : above).map(([, u]) => u.name).join(" · ")}</p>

      {border && (
        <p className={near ? "border near" : "border"} data-testid="border">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 3v18" strokeDasharray="3 3" />
            <circle cx={near ? 9 : 5.5} cy="12" r="2.5" />
          </svg>
          <span>
            {t("border", { distance: distance(border.distance_m, lang) })}
            {border.neighbours.length > 0 && t("borderWith", { names: border.names.slice(0, 3).join(lang === "en" ? ", " : "、") })}
            {near && <strong>{t("borderNear")}</strong>}
          </span>
        </p>
      )}

      <ol className="chain">
        {[...chain].reverse().map(([level, unit]) => (
          <li key={level}>
            <span className={`swatch ${level}`} aria-hidden="true" />
            <span className="level">{t(`level_${level}` as "level_grid")}</span>
            {unit ? (
              <button
                type="button"
                className="row"
                aria-pressed={selected?.level === level && selected.code === unit.code}
                onClick={() => onArea({ district, level, code: unit.code })}
              >
                <span>{unit.name}</span>
                {unit.name !== unit.code && <code>{unit.code}</code>}
              </button>
            ) : (
              <span className="row missing">{t("missingLevel")}</span>
            )}
          </li>
        ))}
        {answer.dedicated_grids.map((g) => (
          <li key={g.code}>
            <span className="swatch grid" aria-hidden="true" />
            <span className="level">{t("dedicated")}</span>
            <button type="button" className="row" onClick={() => onArea({ district, level: "grid", code: g.code })}>
              <span>{g.name}</span>
              {g.name !== g.code && <code>{g.code}</code>}
            </button>
          </li>
        ))}
        {answer.compound && (
          <li>
            <span className="swatch compound" aria-hidden="true" />
            <span className="level">{t("level_compound")}</span>
            <button type="button" className="row" onClick={() => onArea({ district, level: "compound", code: answer.compound?.code ?? "" })}>
              <span>{answer.compound.name}</span>
              {answer.compound.name !== answer.compound.code && <code>{answer.compound.code}</code>}
            </button>
          </li>
        )}
      </ol>

      <Coordinates point={point} />
      {answer.edition && (
        <p className="edition">
          {answer.edition.synthetic && <Synthetic />}
          {t("edition", { name: answer.edition.name, date: day(answer.edition.valid_from, lang) })} · {t("generation", { n: answer.edition.generation })}
        </p>
      )}
      <PlaceHistory history={history} periods={periods} onAt={onAt} />
    </section>
  );
}

function Coordinates({ point }: { point: Position }) {
  const { t } = useTranslation();
  return (
    <div className="coordinates">
      <code>{formatPosition(point)}</code>
      <span>{t(`short_${point.crs}`)}</span>
      <Copy text={() => formatPosition(point)} label={t("copy")} />
      <Copy text={() => location.href} label={t("copyLink")} />
    </div>
  );
}
