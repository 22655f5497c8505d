import { Layer, Source, useMap } from "@vis.gl/react-maplibre";
import type { ExpressionSpecification, GeoJSONSource, MapMouseEvent } from "maplibre-gl";
import { useEffect, useEffectEvent, useMemo } from "react";

import type { Palette } from "../../map/palette";
import { featuresOf, type MapCase, urgencyOfRank } from "./features";
import { type Colours, colourOf, symbolOf } from "./images";

interface CaseLayersProps {
  cases: MapCase[];
  selected: string | null;
  hovered: string | null;
  checked: ReadonlySet<string>;
  palette: Palette;
  colours: Colours;
  onSelect?: (id: string) => void;
  onHover?: (id: string | null) => void;
}

const single: ExpressionSpecification = ["!", ["has", "point_count"]];
const worst: ExpressionSpecification = ["match", ["get", "worst"], 4, urgencyOfRank[4], 3, urgencyOfRank[3], 1, urgencyOfRank[1], 0, urgencyOfRank[0], urgencyOfRank[2]];
const urgency: ExpressionSpecification = ["get", "urgency"];
const clustering = { worst: ["max", ["get", "rank"]] };

/** Cases by urgency, gathered where many lie together: a cluster says how many, and the worst of them. */
export function CaseLayers({ cases, selected, hovered, checked, palette, colours, onSelect, onHover }: CaseLayersProps) {
  const data = useMemo(() => featuresOf(cases), [cases]);
  const only = (id: string | null) => cases.filter((c) => c.id === id);
  const chosen = useMemo(() => featuresOf(only(selected)), [cases, selected]); // eslint-disable-line react-hooks/exhaustive-deps
  const over = useMemo(() => featuresOf(only(hovered)), [cases, hovered]); // eslint-disable-line react-hooks/exhaustive-deps
  const ticked = useMemo(() => featuresOf(cases.filter((c) => checked.has(c.id))), [cases, checked]);
  const above = { "icon-allow-overlap": true, "icon-ignore-placement": true } as const;
  return (
    <>
      <Source id="cases" type="geojson" data={data} cluster clusterMaxZoom={15} clusterRadius={36} clusterProperties={clustering} />
      <Source id="cases-ticked" type="geojson" data={ticked} />
      <Source id="cases-over" type="geojson" data={over} />
      <Source id="cases-chosen" type="geojson" data={chosen} />
      <Layer
        id="case-cluster"
        source="cases"
        type="circle"
        filter={["has", "point_count"]}
        paint={{ "circle-color": palette.ground, "circle-radius": ["step", ["get", "point_count"], 14, 10, 17, 100, 21], "circle-stroke-width": 3, "circle-stroke-color": colourOf(worst, colours) }}
      />
      <Layer
        id="case-cluster-count"
        source="cases"
        type="symbol"
        filter={["has", "point_count"]}
        layout={{ "text-field": ["get", "point_count_abbreviated"], "text-size": 13, "text-font": ["sans-serif"], "text-allow-overlap": true, "text-ignore-placement": true }}
        paint={{ "text-color": palette.label }}
      />
      <Layer id="case-ticked" source="cases-ticked" type="circle" paint={{ "circle-radius": 14, "circle-color": palette.accent, "circle-opacity": 0.3, "circle-stroke-color": palette.accent, "circle-stroke-width": 1 }} />
      <Layer id="case-over" source="cases-over" type="circle" paint={{ "circle-radius": 15, "circle-color": palette.label, "circle-opacity": 0.16 }} />
      <Layer id="case" source="cases" type="symbol" filter={single} layout={{ ...above, "icon-image": symbolOf(urgency, colours, palette.ground), "symbol-sort-key": ["get", "rank"] }} />
      <Layer id="case-chosen-ring" source="cases-chosen" type="circle" paint={{ "circle-radius": 16, "circle-opacity": 0, "circle-stroke-color": palette.accent, "circle-stroke-width": 3 }} />
      <Layer id="case-chosen" source="cases-chosen" type="symbol" layout={{ ...above, "icon-image": symbolOf(urgency, colours, palette.ground), "icon-size": 1.15 }} />
      {onSelect && <Pointing onSelect={onSelect} onHover={onHover} />}
    </>
  );
}

const hit = ["case-chosen", "case", "case-cluster"];

/** What a pointer does to the cases: over, click, and a cluster opens. */
function Pointing({ onSelect, onHover }: Required<Pick<CaseLayersProps, "onSelect">> & Pick<CaseLayersProps, "onHover">) {
  const { current: map } = useMap();
  const at = (e: MapMouseEvent) => {
    const layers = hit.filter((l) => e.target.getLayer(l));
    return e.target.queryRenderedFeatures(e.point, { layers })[0];
  };
  const over = useEffectEvent((e: MapMouseEvent) => {
    const found = at(e);
    e.target.getCanvas().style.cursor = found ? "pointer" : "";
    onHover?.(found && typeof found.properties.id === "string" ? found.properties.id : null);
  });
  const click = useEffectEvent((e: MapMouseEvent) => {
    const found = at(e);
    if (!found) return;
    e.preventDefault(); // it is no place that is picked
    if (typeof found.properties.id === "string") return onSelect(found.properties.id);
    const [lon = 0, lat = 0] = (found.geometry as GeoJSON.Point).coordinates;
    void e.target
      .getSource<GeoJSONSource>("cases")
      ?.getClusterExpansionZoom(Number(found.properties.cluster_id))
      .then((zoom) => e.target.easeTo({ center: [lon, lat], zoom: Math.min(zoom + 0.3, 19) }));
  });
  const out = useEffectEvent(() => onHover?.(null));
  useEffect(() => {
    const m = map?.getMap();
    if (!m) return;
    const [onMove, onClick, onOut] = [(e: MapMouseEvent) => over(e), (e: MapMouseEvent) => click(e), () => out()];
    m.on("mousemove", onMove);
    m.on("click", onClick);
    m.on("mouseout", onOut);
    return () => {
      m.off("mousemove", onMove);
      m.off("click", onClick);
      m.off("mouseout", onOut);
    };
  }, [map]);
  return null;
}
