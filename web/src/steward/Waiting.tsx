import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { day } from "../format";
import { type Request, useRequests } from "./requests";
import { editionPath, type Edition, type EditionKey, freshKey, said, send } from "./service";

/** Activations that wait for a second person: to look at, to confirm, to take back. */
export function Waiting({ current, onOpen }: { current: Edition | undefined; onOpen: (e: EditionKey) => void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const waiting = useRequests();
  const refresh = () => {
    for (const key of ["activation-requests", "editions", "districts", "lineage"]) void queries.invalidateQueries({ queryKey: [key] });
  };
  const act = useMutation({
    mutationFn: async ({ r, confirm }: { r: Request; confirm: boolean }) => {
      const path = `${editionPath({ district: r.district, name: r.edition })}/activations/${r.id}`;
      await send(confirm ? "POST" : "DELETE", confirm ? `${path}/confirmation` : path, undefined, { "Idempotency-Key": freshKey() });
    },
    onSettled: refresh,
  });
  const list = waiting.data ?? [];
  if (list.length === 0) return null;
  return (
    <section className="waiting" aria-label={t("waiting")} data-testid="waiting">
      {list.map((r) => {
        const here = current?.district === r.district && current.name === r.edition;
        return (
          <div key={r.id} className="verdict">
            <strong>{t(r.void ? "waitingVoid" : r.mine ? "waitingMine" : "waitingYours", { name: r.edition, date: day(r.valid_from, i18n.language), who: r.by.name })}</strong>
            <div className="actions">
              {!here && <Button onClick={() => onOpen({ district: r.district, name: r.edition })}>{t("waitingLook")}</Button>}
              {!r.mine && !r.void && (
                <Button type="primary" disabled={act.isPending} onClick={() => act.mutate({ r, confirm: true })}>
                  {t("waitingConfirm")}
                </Button>
              )}
              <Button disabled={act.isPending} onClick={() => act.mutate({ r, confirm: false })}>
                {t("waitingWithdraw")}
              </Button>
            </div>
          </div>
        );
      })}
      {act.isError && (
        <p role="alert" className="failure">
          {said(act.error)}
        </p>
      )}
    </section>
  );
}
