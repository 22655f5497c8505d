import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSubmit } from "../../office/useSubmit";
import { type CRS, crsNames, formatPosition, parseCRS } from "../../position";
import { readPosition } from "../../reading";
import { said } from "../../steward/service";
import type { Place } from "../act/draft";
import { findPlaces, type Found } from "./find";
import { locate, OwnerLine } from "./OwnerLine";
import { positionIn } from "./read";

interface PlaceFinderProps {
  place: Place | null;
  onPlace: (p: Place) => void;
  /** Clicks on the map choose the place while it is on. */
  picking: boolean;
  onPicking: (on: boolean) => void;
  /** What was pasted is also of use elsewhere. */
  onText?: (text: string) => void;
}

/** An address or coordinates in any system, or a click on the map, become a place; whose it is stands below in one line. */
export function PlaceFinder({ place, onPlace, picking, onPicking, onText }: PlaceFinderProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [crs, setCRS] = useState<CRS>("wgs84");
  const [found, setFound] = useState<Found[] | null>(null);
  const read = readPosition(text.trim()) ?? positionIn(text);
  const named = read?.kind === "degrees" ? read.crs : undefined;
  const take = (f: Found) => {
    setFound(null);
    onPlace({ ...f.at, name: f.name || undefined });
  };
  const { busy, error, submit } = useSubmit(async () => {
    if (text.trim() === "") return;
    onText?.(text);
    const { places, exact } = await findPlaces(text, crs);
    const [only] = places;
    if (only && (exact || places.length === 1)) take(only);
    else setFound(places);
  });
  return (
    <div className="place-finder">
      <div className="place-row">
        <Input
          value={text}
          aria-label={t("placeText")}
          placeholder={t("placeHint")}
          onChange={(e) => setText(e.target.value)}
          onPressEnter={(e) => {
            e.preventDefault(); // the form around is not sent by it
            submit();
          }}
        />
        {read?.kind === "degrees" && <Select className="place-crs" aria-label={t("crs")} value={named ?? crs} disabled={named !== undefined} options={crsNames.map((c) => ({ value: c, label: t(`short_${c}`) }))} onChange={(v) => setCRS(parseCRS(v))} />}
        <Button loading={busy} onClick={() => submit()}>
          {t("placeFind")}
        </Button>
        <Button type={picking ? "primary" : "default"} aria-pressed={picking} onClick={() => onPicking(!picking)}>
          {t("placeClick")}
        </Button>
      </div>
      {picking && <p className="soft">{t("placeClickHint")}</p>}
      {error !== null && (
        <p className="wrong" role="alert">
          {said(error)}
        </p>
      )}
      {found && (
        <ul className="place-found" aria-label={t("placesFound")}>
          {found.map((f) => (
            <li key={f.key}>
              <button type="button" onClick={() => take(f)}>
                <strong>{f.name}</strong>
                <span>{f.below}</span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li className="soft">{t("noPlace")}</li>}
        </ul>
      )}
      {place && <Whose place={place} />}
    </div>
  );
}

/** Where the place is and whose, in one line. */
function Whose({ place }: { place: Place }) {
  const answer = useQuery({ queryKey: ["whose", place.lon, place.lat, place.crs], queryFn: () => locate(place), retry: false });
  return <OwnerLine at={`${place.name ? `${place.name} · ` : ""}${formatPosition(place)}`} answer={answer.data} error={answer.error} />;
}
