import "./session.css";

import { useTranslation } from "react-i18next";

import { api, ask } from "../api/client";
import { homeOf } from "./home";
import { useSession } from "./session";

/** Who is signed in, with the way in and out. */
export function UserMenu() {
  const { t } = useTranslation();
  const me = useSession().data;
  if (!me || me.open) return null;
  const leave = () => void ask(api.DELETE("/api/v1/session").then((r) => ({ ...r, data: r.response.ok ? true : undefined }))).then(() => location.assign("/"));
  return (
    <nav className="panel user-menu" aria-label={t("account")}>
      {me.signed_in ? (
        <>
          <a href="/account">{me.person?.name}</a>
          {homeOf(me) === "/work" && <a href="/work">{t("toWork")}</a>}
          {me.may.includes("case.create") && <a href="/report">{t("toReport")}</a>}
          {me.may.includes("case.list") && (homeOf(me) !== "/work" || me.may.includes("case.dispatch")) && <a href="/desk">{t("toDispatch")}</a>}
          {me.may.includes("draft.read") && <a href="/steward">{t("toDesk")}</a>}
          {me.may.some((a) => ["account.write", "post.grant", "key.make"].includes(a)) && <a href="/office">{t("toOffice")}</a>}
          <button type="button" onClick={leave}>{t("signOut")}</button>
        </>
      ) : (
        <>
          {me.public && <a href="/report">{t("toReport")}</a>}
          <a href={`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`}>{t("signIn")}</a>
        </>
      )}
      {me.review && <span>{me.review}</span>}
    </nav>
  );
}
