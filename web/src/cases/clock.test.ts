import { expect, it } from "vitest";

import { type CaseClock, long, remaining, serviceNow, setServiceTime, urgencyOf } from "./clock";

const at = (time: string) => new Date(`2026-11-25T${time}:00`).getTime();
const clock = (due: string | null, soon: string | null = null, state: CaseClock["state"] = "normal"): CaseClock => ({
  phase: "handle",
  state,
  due: due && new Date(at(due)).toISOString(),
  soon: soon && new Date(at(soon)).toISOString(),
});

it("a case turns due soon and overdue by itself, at the moment that the service named", () => {
  const c = clock("14:00", "13:30");
  expect(urgencyOf(c, at("13:29"))).toBe("normal");
  expect(urgencyOf(c, at("13:30"))).toBe("due_soon");
  expect(urgencyOf(c, at("13:59"))).toBe("due_soon");
  expect(urgencyOf(c, at("14:00"))).toBe("overdue");
  expect(urgencyOf(clock(null, null, "paused"), at("14:00"))).toBe("paused");
  expect(urgencyOf(null, at("14:00"))).toBe("none");
  expect(urgencyOf(c, at("15:00"), false)).toBe("done");
});

it("what remains is counted down in the last hours, and told by the time of day before", () => {
  expect(remaining(clock("14:00"), at("12:18"), "zh")).toBe("剩 1:42");
  expect(remaining(clock("14:00"), at("14:35"), "zh")).toBe("超 0:35");
  expect(remaining(clock("14:00"), at("14:00"), "zh")).toBe("超 0:00");
  expect(remaining(clock("20:00"), at("09:00"), "zh")).toBe("今天 20:00 到期");
  expect(remaining(clock("14:00"), at("14:00") - 20 * 3600_000, "zh")).toBe("明天 14:00 到期");
  expect(remaining(clock("14:00"), at("14:00") - 72 * 3600_000, "zh")).toBe("11月25日 14:00 到期");
  expect(remaining(clock("14:00"), at("14:00") + 51 * 3600_000, "zh")).toBe("超 2 天 3 小时");
  expect(remaining(clock(null, null, "paused"), at("14:00"), "zh")).toBe("暂停");
  expect(remaining(clock(null, null, "paused"), at("14:00"), "zh", "2026-12-01T00:00:00")).toBe("暂停至 12月1日");
  expect(remaining(null, at("14:00"), "zh")).toBe("不计时");
  expect(remaining(clock("14:00"), at("12:18"), "en")).toBe("1:42 left");
});

it("a minute that has begun does not count", () => {
  expect(long(59_999, "zh")).toBe("0:00");
  expect(long(61_000, "zh")).toBe("0:01");
});

it("the service's clock counts, not the device's", () => {
  setServiceTime("2026-11-25T06:00:00Z", Date.now());
  expect(Math.abs(serviceNow() - Date.parse("2026-11-25T06:00:00Z"))).toBeLessThan(1000);
  setServiceTime("not a time");
  expect(Math.abs(serviceNow() - Date.parse("2026-11-25T06:00:00Z"))).toBeLessThan(1000);
});
