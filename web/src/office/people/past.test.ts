import i18next from "i18next";
import { expect, test } from "vitest";

import { terms } from "../../terms";
import { zh } from "../words/zh";
import { tell } from "./past";

const i18n = i18next.createInstance();
void i18n.init({ lng: "zh", resources: { zh: { translation: { ...terms.zh, ...zh } } }, interpolation: { escapeValue: false } });

const post = { id: "p1", role: "grid_worker", duties: [], from: "", state: "present" as const, area: { district: "1", code: "2", name: "三角线第一网格" } };
const say = (what: string, detail: Record<string, unknown>) =>
  tell({ version: 1, at: "", actor: "", what, detail }, [post], i18n.t, (r) => (r === "grid_worker" ? "网格员" : r), (p) => p.area?.name ?? "");

test("a history is told in plain words", () => {
  expect(say("changed", { fields: ["name", "phone"] })).toBe("修改资料：姓名、电话");
  expect(say("post granted", { post: "p1 grid_worker 150102" })).toBe("授予岗位：网格员 三角线第一网格");
  expect(say("post ended", { post: "gone" })).toBe("结束岗位：一个岗位");
  expect(say("added", { account: false })).toBe("添加人员：没有账号");
  expect(say("disabled", {})).toBe("停用账号");
  expect(say("something new", {})).toBe("something new");
});
