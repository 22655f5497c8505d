/** A change of a border while it is being made by hand: pure. */
import type { components } from "../../api/types.gen";
import { at, edgeBetween, type Handle, type Mesh, middle, neighbours, type Position, vertexAt } from "./edges";

export interface Pull {
  kind: "move" | "insert" | "remove";
  /** move, remove: the vertex; insert: both ends of the edge that is bent. */
  from: Position[];
  /** The places that the pulled vertex is joined to. */
  ends: Position[];
  /** Where the pulled vertex is now. */
  at: Position;
  /** Version of the draft that it changes. */
  version: number;
}

/** Takes hold of a handle. */
export function pullOf(m: Mesh, handle: Handle): Pull {
  if (handle.kind === "vertex") {
    const from = at(m, handle.id);
    return { kind: "move", from: [from], ends: neighbours(m, handle.id).map((n) => at(m, n)), at: from, version: m.version };
  }
  const e = m.edges[handle.id];
  const ends = e ? [at(m, e.a), at(m, e.b)] : [];
  return { kind: "insert", from: ends, ends, at: middle(m, handle.id), version: m.version };
}

/** Takes a vertex out of its borders. */
export function removalOf(m: Mesh, vertex: number): Pull {
  return { ...pullOf(m, { kind: "vertex", id: vertex }), kind: "remove" };
}

export function mendOf(p: Pull): components["schemas"]["MendRequest"] {
  return { kind: p.kind, points: p.kind === "remove" ? p.from : [...p.from, p.at] };
}

/** The edges that are drawn anew while the change is made. */
export function edgesTouched(m: Mesh, p: Pull): number[] {
  if (p.kind === "insert") {
    const [a, b] = p.from;
    const edge = a && b && edgeBetween(m, a, b);
    return edge === undefined ? [] : [edge];
  }
  const vertex = p.from[0] && vertexAt(m, p.from[0]);
  return vertex === undefined ? [] : (m.around[vertex] ?? []);
}

/** The borders as they will run. Where a fork is taken out, that is for the service to say: nothing. */
export function linesOf(p: Pull): Position[][] {
  if (p.kind !== "remove") return p.ends.map((end) => [p.at, end]);
  return p.ends.length === 2 ? [p.ends] : [];
}
