import "./session.css";

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ask, Refusal } from "../api/client";
import { homeOf } from "./home";
import type { Me } from "./session";

const demoLogins = ["demo-admin", "demo-auditor", "demo-steward", "demo-planner", "demo-dispatcher", "demo-handler", "demo-supervisor", "demo-street", "demo-community", "demo-worker"];

/** The page where somebody comes in; next is where they wanted to go. */
export function SignIn({ me, next, ended }: { me: Me; next: string; ended: boolean }) {
  const { t } = useTranslation();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");

  async function submit(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setWrong("");
    try {
      const me = await ask(api.POST("/api/v1/session", { body: { login, password } }));
      location.assign(next === "/" ? homeOf(me) : next); // a page of its own: nothing of what was there before stays in memory
    } catch (error) {
      setWrong(error instanceof Refusal ? error.detail : String(error));
      setPassword("");
      setBusy(false);
    }
  }

  return (
    <main className="entry">
      <form className="entry-card" onSubmit={(e) => void submit(e)} aria-label={t("signIn")}>
        <h1>{t("signInTitle")}</h1>
        {ended && <p role="status">{t("signedOut")}</p>}
        <label>
          {t("login")}
          <input name="username" autoComplete="username" autoCapitalize="none" required autoFocus value={login} onChange={(e) => setLogin(e.target.value)} />
        </label>
        <label>
          {t("password")}
          <input name="password" type={shown ? "text" : "password"} autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.target.value)} />
        </label>
        <label className="entry-check">
          <input type="checkbox" checked={shown} onChange={(e) => setShown(e.target.checked)} />
          {t("showPassword")}
        </label>
        {wrong && <p role="alert" className="entry-wrong">{wrong}</p>}
        <button type="submit" className="entry-go" disabled={busy}>{t("signIn")}</button>
        {me.public && <a href="/">{t("lookOnly")}</a>}
        {me.demo && (
          <div className="entry-demo">
            <p>{t("demoAccounts")}</p>
            {demoLogins.map((name) => (
              <button type="button" key={name} onClick={() => setLogin(name)}>{name}</button>
            ))}
          </div>
        )}
      </form>
    </main>
  );
}
