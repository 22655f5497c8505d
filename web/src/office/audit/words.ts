/** The audit in plain words. */

import type { TFunction } from "i18next";

import { isID } from "../ids";
import { wordOf } from "../people/past";
import type { Entry } from "../service";

/** Every action that the audit may name (docs/authorisation.md), for the filter. */
export const acts = [
  "sign_in",
  "session.end",
  "account.write",
  "people.read",
  "post.grant",
  "key.make",
  "audit.read",
  "settings",
  "draft.read",
  "draft.edit",
  "draft.import",
  "edition.activate",
  "boundary.export",
  "workers.read",
  "metrics",
] as const;

/** An action in plain words; one that has none stays as it is. */
export function actWord(act: string, t: TFunction): string {
  return t(`act_${act.replaceAll(".", "_")}`, { defaultValue: act });
}

/** What was done, more closely than the action says; "" where it says all. */
export function didWord({ detail, object, act }: Pick<Entry, "detail" | "object" | "act">, t: TFunction): string {
  const { did, why } = fields(detail);
  if (did === "added" && object.startsWith("api_key ")) return t("did_key_made");
  if (act === "sign_in" && object.startsWith("session ")) return t("did_signed_in");
  if (typeof did === "string") return t(wordOf(did), { defaultValue: t(`did_${did}`, { defaultValue: did }) });
  return typeof why === "string" ? t(`why_${why.replaceAll(" ", "_")}`, { defaultValue: why }) : "";
}

/** What it was done to; names are those that are known, by id. */
export function objectWord(e: Pick<Entry, "object" | "detail">, names: Map<string, string>, t: TFunction): string {
  const [kind = "", ...more] = e.object.split(" ");
  const rest = more.join(" ");
  const short = isID(rest) ? `…${rest.slice(-6)}` : rest;
  switch (kind) {
    case "person":
      return t("object_person", { name: names.get(rest) ?? short });
    case "session":
    case "api_key":
    case "edition":
    case "activation_request":
      return t(`object_${kind}`, { name: short });
    case "login":
      return t("object_login", { name: rest });
    case "request": {
      const { path } = fields(e.detail);
      return t("object_request", { name: typeof path === "string" ? path : rest });
    }
    case "audit":
      return t("object_audit");
    case "invitation":
      return t("object_invitation");
    default:
      return e.object;
  }
}

/** Who acted, where it is not a person that is known. */
export function actorWord(actor: string, t: TFunction): string {
  if (actor.startsWith("operator:")) return t("actorOperator", { user: actor.slice("operator:".length) });
  if (actor.startsWith("key:")) return t("actorKey");
  if (actor === "anyone") return t("actorAnyone");
  return t("actorUnknown");
}

function fields(detail: unknown): Record<string, unknown> {
  return typeof detail === "object" && detail !== null ? (detail as Record<string, unknown>) : {};
}
