import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { Refusal } from "../api/client";
import { useNotify } from "./notice";
import { changeEdition, type Edition, type MendRequest, said } from "./service";

/** A change of the draft, and what is said when it is made. */
interface Change {
  method: "POST" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  done?: string;
  /** The bar that tells of it offers the way back. */
  back?: boolean;
}

/**
 * Changes of one draft, one at a time. Each is sent with the version that was
 * seen; when somebody else was faster, the draft is fetched anew and nothing is
 * changed. What the service refuses is said in its own words.
 */
export function useEditing(edition: Edition | undefined) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notify = useNotify();

  const keep = (e: Edition) =>
    queries.setQueryData<Edition[]>(["editions"], (all) => all?.map((x) => (x.district === e.district && x.name === e.name ? e : x)));

  const mutation = useMutation({
    mutationFn: (c: Change) => {
      if (!edition) throw new Error("no edition");
      return changeEdition(edition, c.method, c.path, c.body, c.headers);
    },
    onSuccess: (e, c) => {
      if (e) keep(e);
      if (c.done) notify({ text: c.done, ...(c.back ? { action: { label: t("undo"), run: () => turn("undo", e) } } : {}) });
    },
    onError: (error) => {
      const stale = error instanceof Refusal && ["stale_version", "if_match_missing", "edition_active"].includes(error.code);
      if (stale) void queries.invalidateQueries({ queryKey: ["editions"] });
      notify({ text: stale ? t("staleDraft") : nothingChanged(error), kind: "wrong" });
    },
  });

  /** A refused change says that nothing was changed, and why. */
  const nothingChanged = (error: unknown) =>
    error instanceof Refusal && (error.code.startsWith("mend_") || error.code === "nothing_to_mend") ? t("mendRefused", { why: error.detail }) : said(error);

  function turn(which: "undo" | "redo", from?: Edition) {
    if (!from) return mutation.mutate({ method: "POST", path: `/${which}`, done: t(which === "undo" ? "undoneOne" : "redoneOne") });
    // from the bar: the edition as that change left it
    changeEdition(from, "POST", `/${which}`)
      .then((e) => {
        keep(e);
        notify({ text: t("undoneOne") });
      })
      .catch((e: unknown) => notify({ text: said(e), kind: "wrong" }));
  }

  return {
    busy: mutation.isPending,
    mend: (m: MendRequest, done = t("mended")) => mutation.mutate({ method: "POST", path: "/mends", body: m, done, back: true }),
    undo: () => turn("undo"),
    redo: () => turn("redo"),
    waive: (finding: number, reason: string) => mutation.mutate({ method: "PUT", path: `/findings/${finding}/waiver`, body: { reason }, done: t("waivedNow") }),
    unwaive: (finding: number) => mutation.mutate({ method: "DELETE", path: `/findings/${finding}/waiver`, done: t("unwaivedNow") }),
    keep,
  };
}

export type Editing = ReturnType<typeof useEditing>;
