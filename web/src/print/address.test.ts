import { afterEach, describe, expect, it, vi } from "vitest";

import { printAddress, readSheet, scaleToHold, type Sheet, writePrint, writeSheet } from "./address";
import { layoutOf } from "./paper";
import { boundsOn, zoomOf } from "./scale";

const usual: Sheet = { size: "a4", turn: "landscape", title: null, note: "", scale: null, levels: null, names: true, codes: false, marked: true };
afterEach(() => vi.unstubAllGlobals());

describe("the settings of a sheet", () => {
  it.each<Sheet>([
    usual,
    { ...usual, size: "a3", turn: "portrait", title: "", note: "附图 1 & 2\n“注”", scale: 12_500, levels: ["district", "grid"], names: false, codes: true, marked: false },
    { ...usual, title: "新城区 50% 图", scale: "free", levels: [] },
  ])("come back from the address", (s) => expect(readSheet(writePrint("?p=1,2&at=2020-01-01", s).slice("/print".length))).toEqual(s));

  it.each(["", "?size=a0&turn=up&scale=x", "?scale=-5", "?scale=1e99", "?scale=0", "?scale=NaN", "?size=&note="])("take nothing from %s", (search) => expect(readSheet(search)).toEqual(usual));

  it("are cut where they are too long", () => {
    expect(readSheet(`?title=${"长".repeat(999)}`).title).toHaveLength(60);
    expect(readSheet("?levels=grid,castle,district").levels).toEqual(["district", "grid"]);
  });
});

describe("the address that prints a map", () => {
  it("keeps what the map is about, and chooses a scale that holds what is in sight", () => {
    vi.stubGlobal("window", { innerWidth: 1440, innerHeight: 900 });
    const address = printAddress("?a=D/grid/7&at=2020-06-01&v=13.00/40.83000/111.67000&junk=1");
    expect(address).toMatch(/^\/print\?a=D\/grid\/7&at=2020-06-01&v=13\.00\/40\.83000\/111\.67000&size=a4&turn=landscape&scale=\d+$/);
    const view = { lon: 111.67, lat: 40.83, zoom: 13 };
    const scale = scaleToHold(view, "landscape", 1440, 900);
    const [w, s, e, n] = boundsOn(layoutOf("a4", "landscape").map, { ...view, zoom: zoomOf(scale, 40.83) });
    const degrees = (1440 * 360) / (512 * 2 ** 13);
    expect(e - w).toBeGreaterThanOrEqual(degrees * 0.99);
    expect(n - s).toBeGreaterThan(0);
  });

  it("is upright on a phone, and leaves the scale to the page where the map has not been moved", () => {
    vi.stubGlobal("window", { innerWidth: 360, innerHeight: 740 });
    expect(printAddress("")).toBe(`/print?${writeSheet({ ...usual, turn: "portrait" })}`);
  });
});
