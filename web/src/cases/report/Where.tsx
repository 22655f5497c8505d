import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Answer, api, ask, Refusal } from "../../api/client";
import { distance } from "../../format";
import { canDraw, MapBoundary } from "../../map/MapBoundary";
import { useMoment } from "../../moment";
import { locateQuery, nowhere } from "../../subject";
import { type Here, useHere } from "../phone/here";
import type { Place } from "./draft";

const PlaceMap = lazy(() => import("../phone/PlaceMap"));

interface WhereProps {
  place: Place | null;
  onPlace: (p: Place) => void;
  address: string;
  onAddress: (a: string) => void;
  /** Ask the device at once: the reporter stands there. */
  atOnce: boolean;
  /** What the place is known to be. */
  onAnswer: (a: Answer | undefined) => void;
}

/** Where it is: by the device, by dragging the map under the pin, or in words; and whose that is. */
export function Where({ place, onPlace, address, onAddress, atOnce, onAnswer }: WhereProps) {
  const { t, i18n } = useTranslation();
  const { here, why, asking, ask: askDevice } = useHere();
  const { today } = useMoment(null);
  const [mapOpen, setMapOpen] = useState(false);
  const answer = useQuery({
    ...locateQuery(place ? { ...place, crs: "wgs84" } : nowhere, { moment: "", snapshot: today.data?.snapshot ?? "", lang: i18n.language }),
    enabled: place !== null && today.isSuccess,
    placeholderData: (before) => before,
  });
  useEffect(() => onAnswer(place ? answer.data : undefined), [place, answer.data, onAnswer]);

  async function mine() {
    const found = await askDevice();
    if (!found) return;
    onPlace({ lon: found.lon, lat: found.lat });
    setMapOpen(true);
  }
  // Who stands there need not say so: the device is asked once.
  const asked = useRef(false);
  useEffect(() => {
    if (!atOnce || asked.current || place || !here) return;
    asked.current = true;
    onPlace({ lon: here.lon, lat: here.lat });
  }, [atOnce, place, here, onPlace]);

  return (
    <>
      <button type="button" className="phone-button filled" onClick={() => void mine()} disabled={asking}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 3v3M12 18v3M3 12h3M18 12h3M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10z" />
        </svg>
        {asking ? t("whereAsking") : t("whereMine")}
      </button>
      {why && (
        <p className="phone-wrong" role="alert">
          {t(`where_${why}`)}
        </p>
      )}
      <Search address={address} onAddress={onAddress} near={place} onPlace={(p) => { onPlace(p); setMapOpen(true); }} />
      {mapOpen || place ? (
        canDraw && (
          <>
            <MapBoundary fallback={<p className="phone-hint">{t("noMap")}</p>}>
              <div className="place-map">
                <Suspense fallback={<p className="place-wait" role="status">{t("mapLoading")}</p>}>
                  <PlaceMap label={t("whereMap")} at={place} onAt={onPlace} here={here} />
                </Suspense>
              </div>
            </MapBoundary>
            <p className="phone-hint">{t("whereDrag")}</p>
          </>
        )
      ) : (
        <button type="button" className="phone-button" onClick={() => setMapOpen(true)}>
          {t("whereOpenMap")}
        </button>
      )}
      <div aria-live="polite" className="where-answer">
        {place ? (
          answer.error ? (
            <p className="phone-wrong">{answer.error instanceof Refusal ? answer.error.detail : t("offline")}</p>
          ) : answer.data ? (
            <Whose answer={answer.data} here={here} place={place} />
          ) : (
            <p className="phone-hint">{t("whereLooking")}</p>
          )
        ) : (
          <p className="phone-hint">{t("whereNone")}</p>
        )}
      </div>
    </>
  );
}

/** Who answers for the place, and honestly what is not certain about it. */
function Whose({ answer, here, place }: { answer: Answer; here: Here | null; place: Place }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  if (!answer.covered) return <p className="phone-note">{answer.nearest ? t("whereOutsideNear", { name: answer.nearest.name, distance: distance(answer.nearest.distance_m, lang) }) : t("whereOutside")}</p>;
  const byDevice = here !== null && Math.abs(here.lon - place.lon) < 1e-7 && Math.abs(here.lat - place.lat) < 1e-7;
  const off = byDevice ? here.accuracy : 0;
  const border = answer.border;
  const near = border !== null && border.distance_m < Math.max(10, off);
  const names = [answer.subdistrict, answer.community, answer.grid].flatMap((u) => (u ? [u.name] : []));
  return (
    <>
      <p className="where-owner">
        <span>{t("whereOwner")}</span>
        <b>{names.join(" · ") || answer.district?.name}</b>
      </p>
      {near && (
        <p className="phone-note">
          {t(off > 0 ? "whereNearDevice" : "whereNear", { distance: distance(border.distance_m, lang), off: distance(Math.round(off), lang), names: border.names.slice(0, 2).join(lang === "en" ? " or " : "或") })}
        </p>
      )}
    </>
  );
}

/** An address in words, which is kept as it is written; names of areas lead to their place. */
function Search({ address, onAddress, near, onPlace }: { address: string; onAddress: (a: string) => void; near: Place | null; onPlace: (p: Place) => void }) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const text = useDeferredValue(address.trim());
  const found = useQuery({
    queryKey: ["search", text, i18n.language],
    queryFn: () => ask(api.GET("/api/v1/search", { params: { query: { q: text.slice(0, 100), limit: 5, near: near ? `${near.lon},${near.lat}` : undefined } } })),
    enabled: open && text.length > 1,
    retry: false,
    staleTime: 60_000,
  });
  const results = open && text.length > 1 ? (found.data?.results ?? []) : [];
  return (
    <div className="phone-field">
      <label htmlFor={id}>{t("whereAddress")}</label>
      <input
        id={id}
        value={address}
        maxLength={200}
        placeholder={t("whereExample")}
        autoComplete="off"
        enterKeyHint="done"
        onChange={(e) => {
          onAddress(e.target.value);
          setOpen(true);
        }}
      />
      {results.length > 0 && (
        <ul className="where-found" aria-label={t("whereFound")}>
          {results.map((r) => (
            <li key={`${r.level} ${r.code}`}>
              <button
                type="button"
                onClick={() => {
                  setOpen(false);
                  const [lon, lat] = r.label;
                  if (lon !== undefined && lat !== undefined) onPlace({ lon, lat });
                }}
              >
                <b>{r.name}</b>
                <small>{r.chain}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
