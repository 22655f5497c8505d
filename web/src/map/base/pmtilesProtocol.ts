/** PMTiles files, read by byte ranges: the protocol pmtiles:// of MapLibre. */
import { addProtocol } from "maplibre-gl";
import { EtagMismatch, PMTiles, Protocol, type RangeResponse, type Source } from "pmtiles";

/**
 * A file at our service. Its ranges stay out of the browser's cache: Chromium
 * fails now and then when several ranges of one file are under way
 * (protomaps/PMTiles#384 and #442).
 */
class Ranges implements Source {
  constructor(private url: string) {}

  getKey() {
    return this.url;
  }

  /** Throws EtagMismatch when the file was exchanged; all is then read anew. */
  async getBytes(offset: number, length: number, signal?: AbortSignal, etag?: string): Promise<RangeResponse> {
    const response = await fetch(this.url, { signal, cache: "no-store", headers: { Range: `bytes=${offset}-${offset + length - 1}` } });
    const now = response.headers.get("ETag") ?? undefined;
    if (etag && (now !== etag || response.status === 416)) throw new EtagMismatch(`the file is ${now}, no longer ${etag}`);
    if (response.status !== 206) throw Object.assign(new Error(`base map file: ${response.status}`), { status: response.status });
    return { data: await response.arrayBuffer(), etag: now };
  }
}

const protocol = new Protocol();

addProtocol("pmtiles", (params, abort) => {
  const [url = ""] = params.url.slice("pmtiles://".length).split(/\/\d+\/\d+\/\d+$/);
  if (!protocol.get(url)) protocol.add(new PMTiles(new Ranges(url)));
  return protocol.tilev4(params, abort) as ReturnType<Parameters<typeof addProtocol>[1]>;
});
