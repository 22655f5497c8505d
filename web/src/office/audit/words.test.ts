import i18next from "i18next";
import { expect, test } from "vitest";

import { zh } from "../words/zh";
import { acts, actWord, didWord, objectWord } from "./words";

const i18n = i18next.createInstance();
void i18n.init({ lng: "zh", resources: { zh: { translation: zh } }, interpolation: { escapeValue: false } });
const { t } = i18n;
const id = "01a2116c-0f7d-7a3b-a3b3-0a3b1024f4eb";

test("every action has a word", () => {
  for (const act of acts) expect(actWord(act, t)).not.toBe(act);
  expect(actWord("brand.new", t)).toBe("brand.new");
});

test("objects are told by kind and name", () => {
  const names = new Map([[id, "王芳"]]);
  expect(objectWord({ object: `person ${id}` }, names, t)).toBe("人员 王芳");
  expect(objectWord({ object: `person ${id}` }, new Map(), t)).toBe("人员 …24f4eb");
  expect(objectWord({ object: "edition 2026-01" }, names, t)).toBe("版次 2026-01");
  expect(objectWord({ object: "request key-make", detail: { path: "/api/v1/keys" } }, names, t)).toBe("请求 /api/v1/keys");
  expect(objectWord({ object: "invitation of the first administrator" }, names, t)).toBe("第一个管理员的链接");
  expect(objectWord({ object: "something else" }, names, t)).toBe("something else");
});

test("the detail says what was done", () => {
  const did = (act: string, object: string, detail?: unknown) => didWord({ act, object, detail }, t);
  expect(did("post.grant", "person 1", { did: "post granted" })).toBe("授予岗位");
  expect(did("draft.edit", "edition 1", { did: "undo" })).toBe("撤销");
  expect(did("key.make", "api_key 1", { did: "added" })).toBe("新建密钥");
  expect(did("sign_in", "session 1")).toBe("登录");
  expect(did("session.end", "session 1")).toBe("");
});
