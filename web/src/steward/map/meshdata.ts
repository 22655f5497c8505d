/** The mesh as GeoJSON: edges, vertices and middles, each with the zoom from which it is shown. */
import type { FeatureCollection } from "geojson";

import { widths } from "../../map/levels";
import { at, isJunction, type Mesh, middle, middleZoom, vertexZoom } from "./edges";
import { collection, line, point } from "./features";

export interface MeshData {
  edges: FeatureCollection;
  vertices: FeatureCollection;
  middles: FeatureCollection;
}

export function meshData(m: Mesh): MeshData {
  return {
    edges: collection(m.edges.map((e, id) => line([at(m, e.a), at(m, e.b)], { edge: id, level: e.level, width: widths[e.level] }, id))),
    vertices: collection(m.x.map((_, id) => point(at(m, id), { vertex: id, fork: isJunction(m, id), zoom: vertexZoom(m, id) }, id))),
    middles: collection(m.edges.map((_, id) => point(middle(m, id), { edge: id, zoom: middleZoom(m, id) }, id))),
  };
}
