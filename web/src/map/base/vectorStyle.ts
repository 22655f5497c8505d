import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";

import type { Palette } from "../palette";

type Sourceless<T> = T extends { source: string } ? Omit<T, "source"> : never;

/** A layer that still lacks its source. */
export type BareLayer = Sourceless<LayerSpecification>;

/** What a feature is, in Protomaps' tiles of version 4 and of those before. */
const kind: ExpressionSpecification = ["coalesce", ["get", "kind"], ["get", "pmap:kind"], ["get", "natural"], ["get", "leisure"], ["get", "landuse"], ""];
const isKind = (...kinds: string[]): ExpressionSpecification => ["in", kind, ["literal", kinds]];
const name: ExpressionSpecification = ["coalesce", ["get", "name:zh-Hans"], ["get", "name:zh"], ["get", "name"]];
const wide = (at10: number, at18: number): ExpressionSpecification => ["interpolate", ["exponential", 1.6], ["zoom"], 8, at10 * 0.6, 10, at10, 18, at18];
const isArea: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const isLine: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];

const green = ["park", "forest", "wood", "grass", "grassland", "garden", "meadow", "nature_reserve", "national_park", "cemetery", "golf_course", "pitch", "recreation_ground", "scrub", "village_green", "orchard", "farmland"];

/** Borders inside a country. Those of countries are never drawn, nor those of unknown rank: they are a matter of reviewed maps. */
const inside: ExpressionSpecification = [
  "all",
  [">", ["to-number", ["coalesce", ["get", "kind_detail"], ["get", "pmap:min_admin_level"], ["get", "min_admin_level"], ["get", "admin_level"], 0], 0], 2],
  ["!", isKind("country", "overlay_limit", "unrecognized_country")],
  ["!", ["to-boolean", ["coalesce", ["get", "disputed"], false]]],
];

/**
 * The layers of a vector base map, from below: restrained, so that areas and names
 * of ours stay in front. Tiles of Protomaps are known; of others every sort of
 * geometry is drawn in one quiet way, but nothing that may be a border.
 */
export function vectorLayers(sourceLayers: string[], palette: Palette): BareLayer[] {
  const known = ["earth", "water", "roads"].every((l) => sourceLayers.includes(l));
  return known ? protomaps(palette).filter((l) => "source-layer" in l && sourceLayers.includes(l["source-layer"] ?? "")) : unknown(sourceLayers, palette);
}

function protomaps({ base, ground, line, quiet }: Palette): BareLayer[] {
  const text = { "text-font": ["sans-serif"], "text-field": name };
  const written = { "text-color": quiet, "text-halo-color": ground, "text-halo-width": 1.5 };
  const road = (id: string, kinds: string[], minzoom: number, width: ExpressionSpecification): BareLayer[] => [
    { id: `${id}-edge`, type: "line", "source-layer": "roads", minzoom: Math.max(minzoom, 12), filter: isKind(...kinds), layout: { "line-join": "round" }, paint: { "line-color": base.edge, "line-width": 1, "line-gap-width": width } },
    { id, type: "line", "source-layer": "roads", minzoom, filter: isKind(...kinds), layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": base.road, "line-width": width } },
  ];
  return [
    { id: "earth", type: "fill", "source-layer": "earth", filter: isArea, paint: { "fill-color": ground } },
    ...["landcover", "natural", "land", "landuse"].map(
      (l): BareLayer => ({ id: `green-${l}`, type: "fill", "source-layer": l, filter: ["all", isArea, isKind(...green)], paint: { "fill-color": base.green, "fill-antialias": false } }),
    ),
    { id: "water", type: "fill", "source-layer": "water", filter: isArea, paint: { "fill-color": base.water } },
    ...["water", "physical_line"].map((l): BareLayer => ({ id: `river-${l}`, type: "line", "source-layer": l, minzoom: 9, filter: isLine, paint: { "line-color": base.water, "line-width": wide(0.8, 4) } })),
    { id: "buildings", type: "fill", "source-layer": "buildings", minzoom: 14, filter: isArea, paint: { "fill-color": base.building } },
    ...road("paths", ["path", "other"], 15, wide(0.1, 3)),
    ...road("minor", ["minor_road", "minor"], 12, wide(0.4, 9)),
    ...road("medium", ["medium_road"], 10, wide(0.7, 12)),
    ...road("major", ["major_road"], 8, wide(1, 14)),
    ...road("highway", ["highway"], 6, wide(1.5, 16)),
    { id: "rail", type: "line", "source-layer": "roads", minzoom: 11, filter: isKind("rail"), paint: { "line-color": line, "line-width": 1, "line-opacity": 0.5, "line-dasharray": [4, 3] } },
    { id: "boundaries", type: "line", "source-layer": "boundaries", minzoom: 8, filter: inside, paint: { "line-color": line, "line-width": 0.75, "line-opacity": 0.5, "line-dasharray": [3, 2] } },
    { id: "road-names", type: "symbol", "source-layer": "roads", minzoom: 14, filter: ["has", "name"], layout: { ...text, "symbol-placement": "line", "text-size": 11 }, paint: written },
    { id: "places", type: "symbol", "source-layer": "places", filter: ["all", ["has", "name"], ["!", isKind("country", "region", "state")]], layout: { ...text, "text-size": 11, "text-max-width": 9 }, paint: written },
  ];
}

const mayBeBorder = /bound|admin|border|limit|disput/i;

function unknown(sourceLayers: string[], { base, line }: Palette): BareLayer[] {
  return sourceLayers
    .filter((l) => !mayBeBorder.test(l))
    .flatMap((l): BareLayer[] => [
      { id: `fill-${l}`, type: "fill", "source-layer": l, filter: isArea, paint: { "fill-color": base.building, "fill-opacity": 0.4 } },
      { id: `line-${l}`, type: "line", "source-layer": l, filter: isLine, paint: { "line-color": line, "line-width": 0.75, "line-opacity": 0.6 } },
    ]);
}
