import { expect, it } from "vitest";

import { growth, megabytes, patch, readable, share } from "./format";

const plain = (s: string) => s.replace(/\s/g, " ");

it("writes bytes and patches of ground", () => {
  expect(plain(megabytes(4648, "zh"))).toBe("5 kB");
  expect(plain(megabytes(12_340_000, "zh"))).toBe("12.3 MB");
  expect(plain(patch(0.36, "zh"))).toBe("0.4 m²");
  expect(plain(patch(187.4, "zh"))).toBe("187 m²");
  expect(plain(patch(56203, "zh"))).toBe("5.62 公顷");
  expect(plain(patch(56203, "en"))).toBe("5.62 ha");
  expect(plain(patch(1_234_567, "zh"))).toBe("1.23 km²");
});

it("writes by how much an area grew", () => {
  expect(growth(100, 114.7, "zh")).toBe("+14.7%");
  expect(growth(100, 95.5, "zh")).toBe("−4.5%");
  expect(growth(100, 100.25, "zh")).toBe("+0.25%");
  expect(growth(1e6, 1e6 + 1, "zh")).toBe("±0%");
  expect(growth(0, 5, "zh")).toBe("");
  expect(share(0.99999, "zh")).toBe("99.9%");
});

it("makes the service's sentences readable on a page", () => {
  expect(readable("按 GCJ-02 重读（--crs gcj02）", "zh")).toBe("按 GCJ-02 重读");
  expect(readable("read again (--crs gcj02)", "en")).toBe("read again");
  expect(readable("2 个网格重叠：[150102001002002 150102001002005]，约 5 m²", "zh")).toBe("2 个网格重叠：150102001002002、150102001002005，约 5 m²");
});
