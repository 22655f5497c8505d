/** PMTiles files, read by byte ranges: the protocol pmtiles:// of MapLibre. */
import { addProtocol } from "maplibre-gl";
import { Protocol } from "pmtiles";

addProtocol("pmtiles", new Protocol().tilev4 as Parameters<typeof addProtocol>[1]);
