import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "../../api/client";
import { useAct } from "../act";
import { serviceNow } from "../clock";
import type { Here } from "../phone/here";
import type { AllowedAction, ActRequest, Case } from "../queries";
import { ActForm } from "./ActForm";
import type { Just } from "./DoneBar";

/** What goes on the phone first, in the order of the work. */
const first = ["receive", "handle", "verify", "close", "grant_extension", "refuse_extension", "return", "rework", "extend"];

/** What takes a desk: lists to choose from that no phone shows well. */
const desk = ["category", "unit", "parent", "place"];

const filled = ["receive", "handle", "verify", "close"];
const withPhotos = ["handle", "verify"];

/** Whether an action needs nothing but the tap. */
const bare = (a: AllowedAction) => a.needs.filter((n) => n !== "deadline").length === 0 && !withPhotos.includes(a.action);

interface ActionsProps {
  c: Case;
  here: Here | null;
  onDone: (j: Just) => void;
}

/** What may be done to a case now: big buttons, one thing at a time. Done is done; it can be taken back for five minutes. */
export function Actions({ c, here, onDone }: ActionsProps) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const act = useAct();
  const can = c.actions.filter((a) => !a.needs.some((n) => desk.includes(n)));
  const atDesk = c.actions.filter((a) => a.needs.some((n) => desk.includes(n)));
  const rank = (a: AllowedAction) => (first.includes(a.action) ? first.indexOf(a.action) : first.length);
  const sorted = [...can].sort((a, b) => rank(a) - rank(b));
  const [main, more] = [sorted.filter((a) => rank(a) < first.length), sorted.filter((a) => rank(a) === first.length)];

  function go(a: AllowedAction, body?: ActRequest) {
    act.mutate({ of: c, action: a.action, body }, {
      onSuccess: (d) => {
        setOpen(null);
        onDone({ case: d.case, word: a.word, waits: d.waits, at: serviceNow() });
      },
    });
  }
  const forward = main.find((a) => filled.includes(a.action)); // the one that goes on with the work
  const one = (a: AllowedAction) =>
    open === a.action ? (
      <ActForm key={a.action} a={a} c={c} here={here} photos={withPhotos.includes(a.action)} busy={act.isPending} onCancel={() => setOpen(null)} onSend={(body) => go(a, body)} />
    ) : (
      <button key={a.action} type="button" className={a === forward ? "phone-button filled" : "phone-button"} disabled={act.isPending} onClick={() => (bare(a) ? go(a) : setOpen(a.action))}>
        {a.word}
        {a.second && <small>{t("actSecond")}</small>}
      </button>
    );
  return (
    <section className="actions" aria-label={t("actTitle")}>
      {act.isError && (
        <p className="phone-wrong" role="alert">
          {act.error instanceof Refusal ? act.error.detail : t("offline")}
        </p>
      )}
      {main.map(one)}
      {more.length > 0 && (
        <details open={more.some((a) => a.action === open)}>
          <summary>{t("actMore")}</summary>
          <div className="actions-more">{more.map(one)}</div>
        </details>
      )}
      {c.actions.length === 0 && <p className="phone-hint">{t("actNone")}</p>}
      {atDesk.length > 0 && (
        <p className="phone-hint">
          {t("actDesk", { words: atDesk.map((a) => a.word).join(i18n.language === "en" ? ", " : "、") })} <a className="phone-link" href="/desk">{t("toDispatch")}</a>
        </p>
      )}
    </section>
  );
}
