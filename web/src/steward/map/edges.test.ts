import { describe, expect, it } from "vitest";

import { areaAt, at, buildMesh, edgeBetween, isJunction, type Mesh, middle, middleOfLine, nearestHandle, neighbours, type Position, snap, vertexAt } from "./edges";
import { meshData } from "./meshdata";
import { edgesTouched, linesOf, mendOf, pullOf, removalOf } from "./pull";

const area = (code: string, rings: number[][][], level = "grid") => ({ level, code, name: `第${code}网格`, rings });
const step = 1e-3;
const p = (x: number, y: number): Position => snap([111 + x * step, 40 + y * step]);

/**
 * Two grids side by side in one community, with an island in the left one:
 *
 *   3 +-------+-------+
 *     |  +-+  |       |
 *     |  +-+  |   2   |
 *     |   1   |       |
 *   0 +-------+-------+
 *     0       3       6
 */
const left = area("1", [
  [p(0, 0), p(3, 0), p(3, 3), p(0, 3)],
  [p(1, 1), p(1, 2), p(2, 2), p(2, 1)],
]);
const right = area("2", [[p(3, 0), p(6, 0), p(6, 3), p(3, 3)]]);
const island = area("3", [[p(1, 1), p(2, 1), p(2, 2), p(1, 2)]]);
const community = area("9", [[p(0, 0), p(3, 0), p(6, 0), p(6, 3), p(3, 3), p(0, 3)]], "community");
const mesh = buildMesh({ version: 4, areas: [left, right, island, community] });

function vertex(m: Mesh, q: Position): number {
  const id = vertexAt(m, q);
  if (id === undefined) throw new Error(`no vertex at ${q.join()}`);
  return id;
}

describe("buildMesh", () => {
  it("has every vertex and every edge once, whoever shares them", () => {
    expect(mesh.x).toHaveLength(10);
    expect(mesh.edges).toHaveLength(11);
    expect(Number.isInteger(mesh.x[0])).toBe(true);
    const shared = edgeBetween(mesh, p(3, 3), p(3, 0));
    expect(mesh.edges[shared ?? -1]).toMatchObject({ level: "grid", areas: [0, 1] });
    const outer = edgeBetween(mesh, p(0, 0), p(3, 0));
    expect(mesh.edges[outer ?? -1]).toMatchObject({ level: "community", areas: [0, 3] });
  });

  it("gives places back exactly as they came", () => {
    const odd: Position = [111.6671477, 40.8198236];
    const m = buildMesh({ version: 1, areas: [area("1", [[odd, [111.7, 40.8], [111.7, 40.9]]])] });
    expect(at(m, 0)).toEqual(odd);
  });

  it("knows where borders fork", () => {
    expect(isJunction(mesh, vertex(mesh, p(3, 0)))).toBe(true);
    expect(isJunction(mesh, vertex(mesh, p(0, 0)))).toBe(false);
    expect(neighbours(mesh, vertex(mesh, p(3, 0))).map((v) => at(mesh, v))).toEqual(expect.arrayContaining([p(0, 0), p(6, 0), p(3, 3)]));
  });

  it("splits an edge at the vertex of a neighbour that lies on it", () => {
    const m = buildMesh({ version: 1, areas: [area("1", [[p(0, 0), p(3, 0), p(3, 3), p(0, 3)]]), area("2", [[p(3, 0), p(6, 0), p(6, 3), p(3, 3), p(3, 2), p(3, 1)]])] });
    expect(edgeBetween(m, p(3, 0), p(3, 3))).toBeUndefined();
    expect(m.edges[edgeBetween(m, p(3, 1), p(3, 2)) ?? -1]?.areas).toEqual([0, 1]);
    expect(m.areas[0]?.rings[0]?.map((v) => at(m, v))).toEqual([p(0, 0), p(3, 0), p(3, 1), p(3, 2), p(3, 3), p(0, 3)]);
  });

  it("is empty where there is nothing", () => {
    expect(buildMesh({ version: 1, areas: [] })).toMatchObject({ edges: [], x: [] });
  });

  it("takes 30,000 vertices in a moment", () => {
    const n = 173;
    const areas = [];
    for (let i = 0; i < n; i++) for (let j = 0; j < n / 4; j++) areas.push(area(`${i}-${j}`, [[p(i, j), p(i + 1, j), p(i + 1, j + 1), p(i, j + 1)]]));
    const before = performance.now();
    const m = buildMesh({ version: 1, areas });
    expect(m.x).toHaveLength((n + 1) * 45);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

describe("areaAt", () => {
  it.each([
    ["inside", 0.5, 0.5, "1"],
    ["across the border", 3.5, 0.5, "2"],
    ["in a hole, whose ground is the island's", 1.5, 1.5, "3"],
    ["outside", 7, 1, undefined],
  ])("%s", (_, x, y, code) => {
    expect(areaAt(mesh, "grid", p(x, y))?.code).toBe(code);
  });

  it("looks at one level only, and sees holes", () => {
    expect(areaAt(mesh, "community", p(4, 1))?.code).toBe("9");
    expect(areaAt(mesh, "subdistrict", p(4, 1))).toBeUndefined();
    const holed = buildMesh({ version: 1, areas: [left] });
    expect(areaAt(holed, "grid", p(1.5, 1.5))).toBeUndefined();
  });
});

describe("nearestHandle", () => {
  const zoom = 17; // 1e-3 degrees are 186 pixels
  it("finds a vertex within the radius, not beyond", () => {
    const close: Position = [p(3, 0)[0] + 3e-5, p(3, 0)[1]];
    expect(nearestHandle(mesh, close, zoom, 8)).toEqual({ kind: "vertex", id: vertex(mesh, p(3, 0)) });
    expect(nearestHandle(mesh, close, zoom, 3)).toBeNull();
  });

  it("finds the middle of an edge", () => {
    expect(nearestHandle(mesh, p(3, 1.5), zoom, 8)).toEqual({ kind: "middle", id: edgeBetween(mesh, p(3, 0), p(3, 3)) });
    expect(nearestHandle(mesh, p(4.5, 1.5), zoom, 8)).toBeNull();
  });

  it("does not offer what is too dense to be shown", () => {
    expect(nearestHandle(mesh, p(1, 1), 9, 8)).toBeNull();
    expect(nearestHandle(mesh, p(1.5, 1), 13, 3)).toBeNull();
  });
});

describe("a pull", () => {
  it("moves a vertex of all its edges", () => {
    const pull = { ...pullOf(mesh, { kind: "vertex", id: vertex(mesh, p(3, 0)) }), at: p(3.5, 0.5) };
    expect(edgesTouched(mesh, pull)).toHaveLength(3);
    expect(linesOf(pull)).toEqual(expect.arrayContaining([[p(3.5, 0.5), p(3, 3)], [p(3.5, 0.5), p(0, 0)], [p(3.5, 0.5), p(6, 0)]]));
    expect(mendOf(pull)).toEqual({ kind: "move", points: [p(3, 0), p(3.5, 0.5)] });
    expect(pull.version).toBe(4);
  });

  it("bends an edge", () => {
    const edge = edgeBetween(mesh, p(3, 0), p(3, 3)) ?? -1;
    const pull = pullOf(mesh, { kind: "middle", id: edge });
    expect(pull.at).toEqual(middle(mesh, edge));
    expect(edgesTouched(mesh, pull)).toEqual([edge]);
    expect(mendOf({ ...pull, at: p(3.2, 1) })).toEqual({ kind: "insert", points: [...pull.from, p(3.2, 1)] });
    expect(pull.from).toEqual(expect.arrayContaining([p(3, 0), p(3, 3)]));
  });

  it("takes a vertex out", () => {
    const corner = removalOf(mesh, vertex(mesh, p(0, 0)));
    expect(mendOf(corner)).toEqual({ kind: "remove", points: [p(0, 0)] });
    expect(linesOf(corner)).toEqual([expect.arrayContaining([p(0, 3), p(3, 0)])]);
    expect(linesOf(removalOf(mesh, vertex(mesh, p(3, 0))))).toEqual([]);
  });
});

it("finds the place half way along a line", () => {
  const flat = (x: number) => [x, 0] as Position;
  expect(middleOfLine([flat(0), flat(1), flat(4)])).toEqual([2, 0]);
  expect(middleOfLine([flat(1)])).toEqual([1, 0]);
  expect(middleOfLine([])).toBeUndefined();
});

it("tells from which zoom each handle is shown", () => {
  const data = meshData(mesh);
  expect(data.edges.features).toHaveLength(11);
  expect(data.middles.features).toHaveLength(11);
  const fork = data.vertices.features[vertex(mesh, p(3, 0))];
  expect(fork?.properties).toMatchObject({ fork: true });
  for (const f of data.vertices.features) expect(Number.isInteger(f.properties?.zoom)).toBe(true);
});
