import { Layer, Source } from "@vis.gl/react-maplibre";

import type { Palette } from "./palette";

/** The shape of an area that has ended, over what is there now; url is where its geometry is. */
export function Ghost({ url, palette }: { url: string; palette: Palette }) {
  return (
    <Source id="ghost" type="geojson" data={url}>
      <Layer id="ghost-fill" type="fill" paint={{ "fill-color": palette.accent, "fill-opacity": 0.08 }} />
      <Layer id="ghost-line" type="line" paint={{ "line-color": palette.accent, "line-width": 2, "line-dasharray": [2, 1.5] }} />
    </Source>
  );
}
