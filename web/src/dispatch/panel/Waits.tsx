import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { noteCase } from "../../cases/act";
import { type Case, caseKey } from "../../cases/queries";
import { clock as when } from "../../format";
import { useSubmit } from "../../office/useSubmit";
import { said } from "../../steward/service";
import { answerRequest } from "../service";

/** What waits for a second person: another one confirms or declines it, who asked withdraws it. */
export function Waits({ of: c }: { of: Case }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const w = c.waiting;
  const answer = (how: "confirm" | "withdraw") => async () => {
    if (!w) return;
    const after = await answerRequest(c.id, w.id, how);
    void queries.invalidateQueries({ queryKey: caseKey(c.id) });
    await noteCase(queries, after);
  };
  const confirm = useSubmit(answer("confirm"));
  const withdraw = useSubmit(answer("withdraw"));
  if (!w) return null;
  const error = confirm.error ?? withdraw.error;
  return (
    <section className="waits" aria-label={t("waits")}>
      <p>
        {t("waitsTold", { who: w.by.name, word: w.word, time: when(w.at, i18n.language) })} {w.mine && t("waitsMine")}
      </p>
      <p className="act-foot">
        {!w.mine && (
          <Button type="primary" loading={confirm.busy} onClick={() => confirm.submit()}>
            {t("waitsConfirm")}
          </Button>
        )}
        <Button loading={withdraw.busy} onClick={() => withdraw.submit()}>
          {t(w.mine ? "waitsWithdraw" : "waitsDecline")}
        </Button>
      </p>
      {error !== null && (
        <p className="wrong" role="alert">
          {said(error)}
        </p>
      )}
    </section>
  );
}
