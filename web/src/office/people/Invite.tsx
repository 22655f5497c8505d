import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { said, send } from "../../steward/service";
import { moment } from "../format";
import { Once } from "../OneTimeLink";
import { type OneTime, type Person, personPath } from "../service";

/** Makes a one-time link by which somebody sets a password, and shows it once. */
export function Invite({ person, primary }: { person: Person; primary?: boolean }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [link, setLink] = useState<OneTime | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  async function make() {
    if (busy) return;
    setBusy(true);
    setWrong("");
    try {
      setLink(await send<OneTime>("POST", `${personPath(person.id)}/invitations`));
      void queries.invalidateQueries({ queryKey: ["person", person.id] }); // its version went on
      void queries.invalidateQueries({ queryKey: ["people"] });
    } catch (error) {
      setWrong(said(error));
    }
    setBusy(false);
  }
  if (link) {
    return (
      <Once title={t("oneTimeLinkFor", { name: person.name })} text={location.origin + link.path} testid="one-time-link">
        <p className="soft">{t("oneTimeLinkHint", { until: moment(link.until, i18n.language) })}</p>
      </Once>
    );
  }
  return (
    <>
      <Button type={primary ? "primary" : "default"} aria-busy={busy} onClick={() => void make()}>
        {t("oneTimeLink")}
      </Button>
      {wrong && (
        <p className="wrong" role="alert">
          {wrong}
        </p>
      )}
    </>
  );
}
