import { describe, expect, it } from "vitest";

import { type Address, readAddress, writeAddress } from "./address";

const empty: Address = { point: null, area: null, view: null, at: null, look: {}, base: null, drawn: null, incidents: null, incident: null };

describe("the address bar", () => {
  it.each<Address>([
    empty,
    { ...empty, point: { lon: 111.6712, lat: 40.8301, crs: "wgs84" } },
    { ...empty, point: { lon: 111.6712, lat: 40.8301, crs: "gcj02" }, view: { lon: 111.67, lat: 40.83, zoom: 15.25 } },
    { ...empty, area: { district: "150102", level: "grid", code: "150102002003004" } },
    { ...empty, at: "2020-06-01" },
    { ...empty, base: "tianditu-vec" },
    { ...empty, drawn: "gmp-_9" },
    { ...empty, at: "2020-06-01", area: { district: "150102", level: "grid", code: "150102002003004" } },
    { ...empty, area: { district: "D/1", level: "grid", code: "a/b &?#网格" } },
    { ...empty, incidents: { heat: true, span: 7, open: false, without: ["done"] }, incident: "0198c0de-0000-7000-8000-00000000000f" },
    { ...empty, look: { grid: 40, compound: 0 } },
  ])("brings back what it was given", (a) => expect(readAddress(writeAddress(a))).toEqual(a));

  it.each(["?p=x", "?p=1", "?a=only", "?a=D/grid/%E4", "?v=//", "?v=9/91/0", "?v=9/0/NaN", "?p=1,2,3&a=&v=1", "?at=2020-02-30", "?at=then", "?b=", "?d=a%20b", `?d=${"a".repeat(1501)}`, "?b=a%26b", "?i=lines", "?c=0198c0de", "?c=0198c0de-0000-7000-8000-00000000000x"])("takes nothing from %s", (search) =>
    expect(readAddress(search)).toEqual(empty),
  );
});
