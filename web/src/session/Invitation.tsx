import "./session.css";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ask, Refusal } from "../api/client";

// The secret leaves the address bar at once, and is kept nowhere else.
const token = location.pathname === "/invitation" ? decodeURIComponent(location.hash.slice(1)) : "";
if (token) history.replaceState(null, "", "/invitation");

/** The page of a one-time link: somebody sets their password. */
export function Invitation() {
  const { t } = useTranslation();
  const link = useQuery({ queryKey: ["invitation"], queryFn: () => ask(api.POST("/api/v1/invitations/look", { body: { token } })), retry: false });
  const [name, setName] = useState("");
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");

  async function submit(e: FormEvent) {
    e.preventDefault();
    if (password !== again) {
      setWrong(t("passwordsDiffer"));
      return;
    }
    setBusy(true);
    setWrong("");
    try {
      await ask(api.POST("/api/v1/invitations", { body: { token, password, ...(link.data?.first ? { name, login } : {}) } }));
      location.assign("/");
    } catch (error) {
      setWrong(error instanceof Refusal ? error.detail : String(error));
      setBusy(false);
    }
  }

  const rules = link.data?.rules;
  return (
    <main className="entry">
      <form className="entry-card" onSubmit={(e) => void submit(e)} aria-label={t("setPassword")}>
        <h1>{link.data?.first ? t("firstAdministrator") : t("setPassword")}</h1>
        {link.isError && <p role="alert" className="entry-wrong">{link.error instanceof Refusal ? link.error.detail : String(link.error)}</p>}
        {link.data && (
          <>
            {link.data.first ? (
              <>
                <label>
                  {t("personName")}
                  <input autoComplete="name" required autoFocus value={name} onChange={(e) => setName(e.target.value)} />
                </label>
                <label>
                  {t("login")}
                  <input autoComplete="username" autoCapitalize="none" required value={login} onChange={(e) => setLogin(e.target.value)} />
                </label>
              </>
            ) : (
              <p>
                {link.data.name} · {t("login")} {link.data.login}
                <input hidden readOnly autoComplete="username" value={link.data.login} />
              </p>
            )}
            <label>
              {t("newPassword")}
              <input type="password" autoComplete="new-password" required value={password} onChange={(e) => setPassword(e.target.value)} aria-describedby="rules" />
            </label>
            <p id="rules" className="entry-hint">{t(rules?.kinds ? "rulesKinds" : "rules", { shortest: rules?.shortest, kinds: rules?.kinds, days: rules?.days })}</p>
            <label>
              {t("passwordAgain")}
              <input type="password" autoComplete="new-password" required value={again} onChange={(e) => setAgain(e.target.value)} />
            </label>
            {wrong && <p role="alert" className="entry-wrong">{wrong}</p>}
            <button type="submit" className="entry-go" disabled={busy}>{t("setPassword")}</button>
          </>
        )}
      </form>
    </main>
  );
}
