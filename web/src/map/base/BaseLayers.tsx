import { Layer, Source } from "@vis.gl/react-maplibre";
import { useEffect, useState } from "react";

import { type Palette, underAreas } from "../palette";
import { BaseFoot } from "./BaseFoot";
import type { BaseMap } from "./baseMaps";
import { baseSource } from "./failing";
import { gcjAddress } from "./sheet";
import { vectorLayers } from "./vectorStyle";

/** Draws a base map under all areas, and says at the map's foot whose it is. */
export function BaseLayers({ base, palette }: { base: BaseMap; palette: Palette }) {
  const ready = useProtocol(base);
  const source = baseSource(base.id);
  return (
    <>
      {ready && base.kind === "vector" && (
        <Source id={source} type="vector" url={`pmtiles://${location.origin}${base.url}`}>
          {vectorLayers(base.source_layers ?? [], palette).map((layer) => (
            <Layer key={layer.id} {...layer} id={`${source}-${layer.id}`} beforeId={underAreas} />
          ))}
        </Source>
      )}
      {ready && base.kind === "raster" && base.url && (
        <Source id={source} type="raster" url={`pmtiles://${location.origin}${base.url}`} tileSize={256}>
          <Layer id={source} type="raster" beforeId={underAreas} paint={palette.picture} />
        </Source>
      )}
      {ready &&
        base.layers.map((sheet, i) => (
          <Source
            key={i}
            id={source + i}
            type="raster"
            tiles={base.crs === "gcj02" ? [gcjAddress(sheet)] : sheet.tiles}
            scheme={base.crs !== "gcj02" && sheet.tms ? "tms" : "xyz"}
            tileSize={256}
            minzoom={base.min_zoom}
            maxzoom={base.max_zoom}
          >
            <Layer id={source + i} type="raster" beforeId={underAreas} paint={palette.picture} />
          </Source>
        ))}
      <BaseFoot base={base} />
    </>
  );
}

/** Whether MapLibre knows how to fetch a base map; the code for it comes when it is first needed. */
function useProtocol(base: BaseMap): boolean {
  const needed = base.url ? "pmtiles" : base.crs === "gcj02" ? "gcj02" : "";
  const [known, setKnown] = useState("");
  useEffect(() => {
    let gone = false;
    if (needed) {
      (needed === "pmtiles" ? import("./pmtilesProtocol") : import("./gcjProtocol")).then(
        () => !gone && setKnown(needed),
        () => undefined, // without it there is no base map; the areas are drawn all the same
      );
    }
    return () => void (gone = true);
  }, [needed]);
  return needed === "" || known === needed;
}
