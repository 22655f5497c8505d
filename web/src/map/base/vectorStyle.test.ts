import { featureFilter, validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, it } from "vitest";

import { palettes } from "../palette";
import { vectorLayers } from "./vectorStyle";

const protomaps = ["earth", "landcover", "landuse", "water", "roads", "buildings", "boundaries", "places", "pois"];
const before4 = ["earth", "natural", "land", "water", "physical_line", "buildings", "places", "roads", "transit", "boundaries"];

describe.each(Object.entries(palettes))("in the %s theme", (_, palette) => {
  it.each([[protomaps], [before4], [["transportation", "building", "boundary"]], [[]]])("draws %j by a sound style", (sourceLayers) => {
    const layers = vectorLayers(sourceLayers, palette).map((l) => ({ ...l, source: "base" }));
    const style = { version: 8, glyphs: "https://none/{fontstack}/{range}.pbf", sources: { base: { type: "vector", url: "pmtiles://x" } }, layers: [...palette.style.layers, ...layers] };
    expect(validateStyleMin(style as Parameters<typeof validateStyleMin>[0])).toEqual([]);
    expect(new Set(layers.map((l) => l.id)).size).toBe(layers.length);
    for (const l of layers) expect(sourceLayers).toContain("source-layer" in l ? l["source-layer"] : "");
  });
});

describe("borders", () => {
  const layer = vectorLayers(protomaps, palettes.light).find((l) => l.id === "boundaries");
  const drawn = (properties: Record<string, unknown>) => {
    const { filter } = featureFilter((layer && "filter" in layer ? layer.filter : undefined) as Parameters<typeof featureFilter>[0]);
    return filter({ zoom: 10 }, { type: 2, properties });
  };
  it.each([{ kind: "country", kind_detail: 2 }, { kind: "country" }, { "pmap:kind": "country", "pmap:min_admin_level": 2 }, { kind_detail: "2" }, {}, { kind: "region", kind_detail: 4, disputed: true }])(
    "of countries, or of unknown rank, are not drawn: %j",
    (properties) => expect(drawn(properties)).toBe(false),
  );
  it.each([{ kind: "county", kind_detail: 6 }, { kind: "county", kind_detail: "6" }, { "pmap:min_admin_level": 8 }])("inside a country are drawn: %j", (properties) =>
    expect(drawn(properties)).toBe(true),
  );
  it("of unknown tiles are not drawn", () => {
    expect(vectorLayers(["roads", "boundary", "admin", "Borders"], palettes.light).map((l) => l.id)).toEqual(["fill-roads", "line-roads"]);
  });
});
