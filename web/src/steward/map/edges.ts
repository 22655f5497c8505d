/**
 * The borders around a place as a mesh: every vertex once, every edge once, and
 * who shares them. Coordinates are whole steps of the 1e-7 degree lattice.
 */
import type { components } from "../../api/types.gen";
import { type Level, levels } from "../../map/levels";

/** Longitude and latitude in degrees. */
export type Position = [lon: number, lat: number];

export interface MeshArea {
  level: Level;
  code: string;
  name: string;
  /** Vertex ids; exterior and interior rings alike. */
  rings: number[][];
}

export interface Edge {
  a: number;
  b: number;
  /** The coarsest level whose border runs here. */
  level: Level;
  /** Indices into the areas that have it. */
  areas: number[];
}

export interface Mesh {
  version: number;
  areas: MeshArea[];
  x: number[];
  y: number[];
  edges: Edge[];
  /** Ids of the edges at each vertex. */
  around: number[][];
}

/** Something that can be taken hold of. */
export type Handle = { kind: "vertex"; id: number } | { kind: "middle"; id: number };

const scale = 1e7;

/** The nearest lattice place. */
export function snap([lon, lat]: Position): Position {
  return [Math.round(lon * scale) / scale, Math.round(lat * scale) / scale];
}

export function at(m: Mesh, vertex: number): Position {
  return [(m.x[vertex] ?? NaN) / scale, (m.y[vertex] ?? NaN) / scale];
}

export function middle(m: Mesh, edge: number): Position {
  const e = m.edges[edge];
  if (!e) return [NaN, NaN];
  const [p, q] = [at(m, e.a), at(m, e.b)];
  return [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
}

/** Gives every place an id, counted from 0. */
class Places {
  readonly x: number[] = [];
  readonly y: number[] = [];
  private readonly ids = new Map<number, Map<number, number>>();

  id([lon, lat]: readonly number[]): number {
    const x = Math.round((lon ?? NaN) * scale);
    const y = Math.round((lat ?? NaN) * scale);
    let column = this.ids.get(x);
    if (!column) this.ids.set(x, (column = new Map<number, number>()));
    let id = column.get(y);
    if (id === undefined) {
      column.set(y, (id = this.x.length));
      this.x.push(x);
      this.y.push(y);
    }
    return id;
  }
}

/** One number for an edge in either direction; ids stay below 2^26. */
const edgeKey = (a: number, b: number) => Math.min(a, b) * 2 ** 26 + Math.max(a, b);

/**
 * Builds the mesh. A vertex of one area that lies on an edge of another splits
 * that edge, so that both sides move together as they do in the service.
 */
export function buildMesh({ version, areas }: components["schemas"]["Borders"]): Mesh {
  const places = new Places();
  const read = areas.map((a) => ({ level: a.level as Level, code: a.code, name: a.name, rings: a.rings.map((r) => r.map((p) => places.id(p))) }));
  const { x, y } = places;
  const on = onEdges(x, y);
  const edges: Edge[] = [];
  const known = new Map<number, number>();
  const around: number[][] = x.map(() => []);
  const split = new Map<number, number[]>();
  read.forEach((area, index) => {
    area.rings = area.rings.map((ring) => {
      const out: number[] = [];
      ring.forEach((a, i) => {
        const b = ring[(i + 1) % ring.length] ?? a;
        const key = edgeKey(a, b);
        let between = split.get(key);
        if (!between) split.set(key, (between = on(Math.min(a, b), Math.max(a, b))));
        out.push(a, ...(a < b ? between : [...between].reverse()));
      });
      return out;
    });
    for (const ring of area.rings) {
      ring.forEach((a, i) => {
        const b = ring[(i + 1) % ring.length] ?? a;
        if (a === b) return;
        const key = edgeKey(a, b);
        let id = known.get(key);
        if (id === undefined) {
          known.set(key, (id = edges.length));
          edges.push({ a, b, level: area.level, areas: [] });
          around[a]?.push(id);
          around[b]?.push(id);
        }
        const e = edges[id];
        if (!e) return;
        if (e.areas.at(-1) !== index) e.areas.push(index);
        if (levels.indexOf(area.level) < levels.indexOf(e.level)) e.level = area.level;
      });
    }
  });
  return { version, areas: read, x, y, edges, around };
}

/** Finds the vertices strictly inside an edge, in order from its first end. */
function onEdges(x: number[], y: number[]) {
  const order = x.map((_, i) => i).sort((i, j) => (x[i] ?? 0) - (x[j] ?? 0));
  const sorted = order.map((i) => x[i] ?? 0);
  return (a: number, b: number): number[] => {
    const [ax, ay, bx, by] = [x[a] ?? 0, y[a] ?? 0, x[b] ?? 0, y[b] ?? 0];
    const [dx, dy] = [bx - ax, by - ay];
    const found: number[] = [];
    for (let k = lowerBound(sorted, Math.min(ax, bx)); k < order.length && (sorted[k] ?? 0) <= Math.max(ax, bx); k++) {
      const p = order[k] ?? a;
      const [px, py] = [(x[p] ?? 0) - ax, (y[p] ?? 0) - ay];
      if (p === a || p === b || px * dy !== py * dx) continue;
      const along = px * dx + py * dy;
      if (along > 0 && along < dx * dx + dy * dy) found.push(p);
    }
    const way = (p: number) => ((x[p] ?? 0) - ax) * dx + ((y[p] ?? 0) - ay) * dy;
    return found.sort((p, q) => way(p) - way(q));
  };
}

function lowerBound(sorted: number[], value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const half = (from + to) >> 1;
    if ((sorted[half] ?? 0) < value) from = half + 1;
    else to = half;
  }
  return from;
}

/** The vertex at a place, or undefined. */
export function vertexAt(m: Mesh, [lon, lat]: Position): number | undefined {
  const [x, y] = [Math.round(lon * scale), Math.round(lat * scale)];
  const id = m.x.findIndex((vx, i) => vx === x && m.y[i] === y);
  return id < 0 ? undefined : id;
}

/** The edge between two places, or undefined. */
export function edgeBetween(m: Mesh, p: Position, q: Position): number | undefined {
  const [a, b] = [vertexAt(m, p), vertexAt(m, q)];
  if (a === undefined || b === undefined) return undefined;
  return m.around[a]?.find((e) => m.edges[e]?.a === b || m.edges[e]?.b === b);
}

/** The other ends of the edges at a vertex. */
export function neighbours(m: Mesh, vertex: number): number[] {
  return (m.around[vertex] ?? []).flatMap((id) => {
    const e = m.edges[id];
    return e ? [e.a === vertex ? e.b : e.a] : [];
  });
}

/** Whether borders fork here: three areas meet, or two and the outside. */
export function isJunction(m: Mesh, vertex: number): boolean {
  return (m.around[vertex]?.length ?? 0) > 2;
}

/** Pixels on the screen of one degree of longitude at a zoom. */
const pixelsPerDegree = (zoom: number) => (512 * 2 ** zoom) / 360;

const stretch = (lat: number) => 1 / Math.cos((lat * Math.PI) / 180);

/** The zoom from which an edge is so many pixels long. */
function zoomOfLength(m: Mesh, e: Edge, pixels: number): number {
  const [p, q] = [at(m, e.a), at(m, e.b)];
  const length = Math.hypot(q[0] - p[0], (q[1] - p[1]) * stretch(p[1]));
  return Math.ceil(Math.log2((pixels * 360) / 512 / length));
}

/** Deepest zoom at which a handle may first appear: beyond it all are shown. */
const deepest = 19;

/**
 * The whole zoom from which a vertex is shown: where its longest edge is longer
 * than a handle, so that handles do not cover each other; forks come earlier.
 */
export function vertexZoom(m: Mesh, vertex: number): number {
  const zooms = (m.around[vertex] ?? []).map((id) => (m.edges[id] ? zoomOfLength(m, m.edges[id], 18) : deepest));
  return Math.min(deepest, Math.min(...zooms) - (isJunction(m, vertex) ? 2 : 0));
}

/** The whole zoom from which the middle of an edge is shown. */
export function middleZoom(m: Mesh, edge: number): number {
  const e = m.edges[edge];
  return e ? zoomOfLength(m, e, 34) : deepest;
}

/** The handle nearest to a place within so many pixels; vertices before middles. */
export function nearestHandle(m: Mesh, [lon, lat]: Position, zoom: number, radius: number): Handle | null {
  const px = pixelsPerDegree(zoom);
  const py = px * stretch(lat);
  const distance = (p: Position) => Math.hypot((p[0] - lon) * px, (p[1] - lat) * py);
  const nearest = (count: number, place: (i: number) => Position, shown: (i: number) => number) => {
    let [best, id] = [radius, -1];
    for (let i = 0; i < count; i++) {
      const d = distance(place(i));
      if (d <= best && shown(i) <= zoom) [best, id] = [d, i];
    }
    return id;
  };
  const vertex = nearest(m.x.length, (i) => at(m, i), (i) => vertexZoom(m, i));
  if (vertex >= 0) return { kind: "vertex", id: vertex };
  const edge = nearest(m.edges.length, (i) => middle(m, i), (i) => middleZoom(m, i));
  return edge >= 0 ? { kind: "middle", id: edge } : null;
}

/** The area of a level around a place: even-odd over all its rings, so that holes are outside. */
export function areaAt(m: Mesh, level: Level, [lon, lat]: Position): MeshArea | undefined {
  const [px, py] = [lon * scale, lat * scale];
  return m.areas.find((area) => {
    if (area.level !== level) return false;
    let inside = false;
    for (const ring of area.rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [ax, ay] = [m.x[ring[i] ?? -1] ?? NaN, m.y[ring[i] ?? -1] ?? NaN];
        const [bx, by] = [m.x[ring[j] ?? -1] ?? NaN, m.y[ring[j] ?? -1] ?? NaN];
        if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
      }
    }
    return inside;
  });
}

/** The place half way along a line. */
export function middleOfLine(line: Position[]): Position | undefined {
  const lengths = line.slice(1).map((q, i) => Math.hypot(q[0] - (line[i]?.[0] ?? q[0]), (q[1] - (line[i]?.[1] ?? q[1])) * stretch(q[1])));
  let left = lengths.reduce((a, b) => a + b, 0) / 2;
  for (const [i, length] of lengths.entries()) {
    const [p, q] = [line[i], line[i + 1]];
    if (p && q && length >= left && length > 0) return [p[0] + ((q[0] - p[0]) * left) / length, p[1] + ((q[1] - p[1]) * left) / length];
    left -= length;
  }
  return line[0];
}
