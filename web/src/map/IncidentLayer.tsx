import { Layer, Source, useMap } from "@vis.gl/react-maplibre";
import type { ExpressionSpecification, MapGeoJSONFeature, MapMouseEvent } from "maplibre-gl";
import { useEffect, useRef } from "react";

import { drawIcon, iconOf } from "./incidentIcons";
import { incidentPalettes } from "./incidentPalette";
import { type Asked, incidentQuery, type IncidentView, urgencies, type Urgency } from "./incidents";

const source = "incident";
const [clusters, cases] = ["incident-cluster", "incident-case"];

/** The layers that take clicks: a click on them is not one on the ground. */
export const incidentLayers = [clusters, cases];

export interface IncidentLayerProps {
  view: IncidentView;
  /** Today where the districts are. */
  today: string;
  asked?: Asked;
  /** Changes when cases have changed, so that tiles are fetched again. */
  generation?: string | number;
  theme: "light" | "dark";
  /** The id of the case that is selected. */
  selected: string | null;
  onCase: (id: string) => void;
  /** The id of the case under the pointer; null when there is none any more. */
  onHover?: (id: string | null) => void;
}

/**
 * Draws cases from the MVT layer "incident": clusters, which say how many and
 * how bad the worst is, and single cases with a sign of their urgency; or how
 * dense they lie. Which urgencies are drawn is decided here, from the counts
 * that every cluster carries. A click on a cluster goes nearer.
 */
export function IncidentLayer({ view, today, asked, generation = 0, theme, selected, onCase, onHover }: IncidentLayerProps) {
  const query = `${incidentQuery(view, today, asked)}&g=${generation}`;
  const palette = incidentPalettes[theme];
  const drawn = urgencies.filter((u) => !view.without.includes(u));
  useIcons();
  useTaken(view.heat ? [] : incidentLayers, onCase, onHover);
  useSelected(selected, query);
  const some: ExpressionSpecification = [">", countOf(drawn), 0];
  const single: ExpressionSpecification = ["all", ["has", "id"], some];
  const cluster: ExpressionSpecification = ["all", ["!", ["has", "id"]], some];
  const colour = worst(drawn, (u) => palette.urgency[u]);
  const common = { source, "source-layer": "incident" };
  return (
    // A source never changes its tiles, which MapLibre forgets when a filter changes in the same frame.
    <Source key={query} id={source} type="vector" url={`${location.origin}/tiles/incident.json?${query}`} promoteId="id">
      {view.heat && (
        <Layer
          {...common}
          id="incident-heat"
          type="heatmap"
          filter={some}
          paint={{
            // Clusters are cells of the same size on the screen, so their counts are densities.
            "heatmap-weight": ["/", ["ln", ["+", 1, countOf(drawn)]], 6],
            "heatmap-radius": 48,
            "heatmap-intensity": 1.3,
            "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, palette.heat[0], 0.15, palette.heat[1], 0.4, palette.heat[2], 0.7, palette.heat[3], 1, palette.heat[4]],
            "heatmap-opacity": 0.85,
          }}
        />
      )}
      {!view.heat && (
        <>
          <Layer
            {...common}
            id="incident-halo"
            type="circle"
            filter={single}
            paint={{
              "circle-radius": ["case", is("selected"), 17, is("hover"), 14, 0],
              "circle-color": palette.accent,
              "circle-opacity": 0.25,
              "circle-stroke-color": palette.accent,
              "circle-stroke-width": ["case", is("selected"), 2.5, 0],
            }}
          />
          <Layer
            {...common}
            id={cases}
            type="symbol"
            filter={single}
            layout={{
              "icon-image": worst(drawn, (u) => iconOf(u, theme)),
              "icon-allow-overlap": true,
              "icon-ignore-placement": true,
              "icon-padding": 4,
              "symbol-sort-key": worst(drawn, (u) => -urgencies.indexOf(u)),
            }}
          />
          <Layer
            {...common}
            id={clusters}
            type="circle"
            filter={cluster}
            layout={{ "circle-sort-key": countOf(drawn) }}
            paint={{
              "circle-radius": ["interpolate", ["linear"], ["log10", countOf(drawn)], 0, 12, 2, 17, 5, 26],
              "circle-color": palette.fill,
              "circle-stroke-color": colour,
              "circle-stroke-width": 4,
            }}
          />
          <Layer
            {...common}
            id="incident-count"
            type="symbol"
            filter={cluster}
            layout={{
              "text-field": short(countOf(drawn)),
              "text-font": ["sans-serif"],
              "text-size": 12,
              "text-allow-overlap": true,
              "text-ignore-placement": true,
            }}
            paint={{ "text-color": palette.text }}
          />
          <Layer
            {...common}
            id="incident-sign"
            type="symbol"
            filter={["all", cluster, ["!=", worst(drawn, (u) => u), "normal"]]}
            layout={{ "icon-image": worst(drawn, (u) => iconOf(u, theme)), "icon-size": 0.75, "icon-offset": [20, -20], "icon-allow-overlap": true, "icon-ignore-placement": true }}
          />
        </>
      )}
    </Source>
  );
}

const is = (state: string): ExpressionSpecification => ["boolean", ["feature-state", state], false];

/** How many cases of these urgencies a feature stands for. */
function countOf(drawn: Urgency[]): ExpressionSpecification {
  const one: ExpressionSpecification = ["case", ["in", ["get", "urgency"], ["literal", drawn]], 1, 0];
  return ["case", ["has", "id"], one, ["+", 0, ...drawn.map((u): ExpressionSpecification => ["coalesce", ["get", u], 0])]];
}

/** What goes with the worst of these urgencies that a feature has. */
function worst<T extends string | number>(drawn: Urgency[], of: (u: Urgency) => T): ExpressionSpecification {
  const has = (u: Urgency): ExpressionSpecification => ["any", ["all", ["has", "id"], ["==", ["get", "urgency"], u]], [">", ["coalesce", ["get", u], 0], 0]];
  return ["case", ...drawn.flatMap((u) => [has(u), of(u)]), of("done")] as unknown as ExpressionSpecification;
}

/** A number that fits into a circle: 950, 1.2k, 300k. */
function short(n: ExpressionSpecification): ExpressionSpecification {
  const thousands: ExpressionSpecification = ["case", ["<", n, 10_000], ["/", ["floor", ["/", n, 100]], 10], ["floor", ["/", n, 1000]]];
  return ["case", ["<", n, 1000], ["to-string", n], ["concat", ["to-string", thousands], "k"]];
}

/** Draws the images of cases when the map first needs them, and again in every new style. */
function useIcons() {
  const { current: map } = useMap();
  useEffect(() => {
    const on = map?.getMap();
    on?.setMissingStyleImageResolver((name) => {
      const icon = drawIcon(name);
      if (icon && !on.hasImage(name)) on.addImage(name, icon.image, { pixelRatio: icon.pixelRatio });
    });
    return () => void on?.setMissingStyleImageResolver(null);
  }, [map]);
}

/** Passes on which case is clicked or pointed at, and goes nearer to clusters. */
function useTaken(layers: string[], onCase: (id: string) => void, onHover?: (id: string | null) => void) {
  const { current: map } = useMap();
  const say = useRef({ onCase, onHover });
  useEffect(() => {
    say.current = { onCase, onHover };
  });
  const active = layers.length > 0;
  useEffect(() => {
    const on = map?.getMap();
    if (!on || !active) return;
    let pointed: string | null = null;
    const mark = (id: string | null, hover: boolean) => {
      if (id && on.getSource(source)) on.setFeatureState({ source, sourceLayer: "incident", id }, { hover });
    };
    const at = (e: MapMouseEvent): MapGeoJSONFeature | undefined => {
      const there = incidentLayers.filter((l) => on.getLayer(l));
      return there.length > 0 ? on.queryRenderedFeatures(e.point, { layers: there })[0] : undefined;
    };
    const point = (id: string | null, some: boolean) => {
      on.getCanvas().style.cursor = some ? "pointer" : "";
      if (id === pointed) return;
      mark(pointed, false);
      mark(id, true);
      pointed = id;
      say.current.onHover?.(id);
    };
    const move = (e: MapMouseEvent) => {
      const f = at(e);
      point(idOf(f), f !== undefined);
    };
    const click = (e: MapMouseEvent) => {
      const f = at(e);
      const id = idOf(f);
      if (id) say.current.onCase(id);
      else if (f?.geometry.type === "Point") on.easeTo({ center: f.geometry.coordinates as [number, number], zoom: Math.min(on.getZoom() + 2, 20) });
    };
    const leave = () => point(null, false);
    on.on("mousemove", move);
    on.on("click", click);
    on.on("mouseout", leave);
    return () => {
      leave();
      on.off("mousemove", move);
      on.off("click", click);
      on.off("mouseout", leave);
    };
  }, [map, active]);
}

function idOf(f: MapGeoJSONFeature | undefined): string | null {
  const id: unknown = f?.properties.id;
  return typeof id === "string" ? id : null;
}

/** Marks the selected case, in every source that comes. */
function useSelected(selected: string | null, query: string) {
  const { current: map } = useMap();
  useEffect(() => {
    const on = map?.getMap();
    if (!on || !selected) return;
    const feature = { source, sourceLayer: "incident", id: selected };
    const mark = () => {
      if (on.getSource(source) && !(on.getFeatureState(feature) as { selected?: boolean }).selected) on.setFeatureState(feature, { selected: true });
    };
    mark();
    on.on("sourcedata", mark);
    return () => {
      on.off("sourcedata", mark);
      if (on.getSource(source)) on.removeFeatureState(feature, "selected");
    };
  }, [map, selected, query]);
}
