import "./session.css";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ask, Refusal } from "../api/client";
import { switchLanguage } from "../i18n";
import { actWord, didWord, objectWord } from "../office/audit/words";
import { addWords } from "../office/words";
import { roleWord } from "./roles";
import { type Me, useSession } from "./session";

addWords(); // the audit's are the office's

const nobody = new Map<string, string>();
const said = (e: unknown) => (e instanceof Refusal ? e.detail : String(e));

/** What concerns the one who is signed in: posts, password, where they are signed in, what they did. */
export function Account() {
  const { t, i18n } = useTranslation();
  const me = useSession().data;
  if (!me?.signed_in) return <main className="entry"><p className="entry-card">{t("openHere")}</p></main>;
  return (
    <main className="account">
      <header>
        <h1>{me.person?.name}</h1>
        <p>{t("login")} {me.login}</p>
        <p className="account-ways">
          <a href="/">{t("toMap")}</a>
          {me.may.includes("draft.read") && <a href="/steward">{t("toDesk")}</a>}
          <a href="/office">{t("toOffice")}</a>
          <button type="button" onClick={() => switchLanguage(i18n.language === "en" ? "zh" : "en")}>{t("language")}</button>
        </p>
      </header>
      {me.renew && <p role="alert" className="entry-wrong">{t("renew")}</p>}
      <Posts me={me} />
      <Password me={me} />
      <Sessions />
      <Acts />
    </main>
  );
}

function Posts({ me }: { me: Me }) {
  const { t, i18n } = useTranslation();
  return (
    <section>
      <h2>{t("myPosts")}</h2>
      {me.posts.length === 0 && <p>{t("noPostNow")}</p>}
      <ul>
        {me.posts.map((p) => (
          <li key={p.id}>
            <b>{roleWord(p.role, i18n.language)}</b> · {p.area ? (p.area.name ?? t("postAreaGone")) : t("wholeInstallation")}
            {p.until && <> · {t("postUntil", { day: when(p.until, i18n.language) })}</>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Password({ me }: { me: Me }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => ask(api.PUT("/api/v1/password", { body: { current, new: next } })),
    onSuccess: (now) => {
      queries.setQueryData(["session"], now);
      void queries.invalidateQueries({ queryKey: ["sessions"] });
      setCurrent("");
      setNext("");
    },
  });
  function submit(e: FormEvent) {
    e.preventDefault();
    change.mutate();
  }
  return (
    <section>
      <h2>{t("changePassword")}</h2>
      <form onSubmit={submit}>
        <input hidden readOnly autoComplete="username" value={me.login ?? ""} />
        <label>
          {t("presentPassword")}
          <input type="password" autoComplete="current-password" required value={current} onChange={(e) => setCurrent(e.target.value)} />
        </label>
        <label>
          {t("newPassword")}
          <input type="password" autoComplete="new-password" required value={next} onChange={(e) => setNext(e.target.value)} aria-describedby="rules" />
        </label>
        <p id="rules" className="entry-hint">{t(me.rules.kinds ? "rulesKinds" : "rules", { ...me.rules })}</p>
        {change.isError && <p role="alert" className="entry-wrong">{said(change.error)}</p>}
        {change.isSuccess && <p role="status">{t("passwordChanged")}</p>}
        <button type="submit" className="entry-go" disabled={change.isPending}>{t("changePassword")}</button>
      </form>
    </section>
  );
}

function Sessions() {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const list = useQuery({ queryKey: ["sessions"], queryFn: async () => (await ask(api.GET("/api/v1/sessions"))).sessions, refetchInterval: 30_000 });
  const done = (r: { response: Response; error?: unknown }) => ({ error: r.error, data: r.response.ok ? true : undefined });
  const end = useMutation({
    mutationFn: (id: string) => ask(id ? api.DELETE("/api/v1/sessions/{id}", { params: { path: { id } } }).then(done) : api.DELETE("/api/v1/sessions").then(done)),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <section>
      <h2>{t("mySessions")}</h2>
      <ul>
        {(list.data ?? []).map((s) => (
          <li key={s.id}>
            <span>{t("sessionSeen", { from: s.source, when: when(s.seen, i18n.language) })}</span>
            {s.present ? <b>{t("sessionHere")}</b> : <button type="button" onClick={() => end.mutate(s.id)}>{t("signOut")}</button>}
            <small>{s.agent}</small>
          </li>
        ))}
      </ul>
      {end.isError && <p role="alert" className="entry-wrong">{said(end.error)}</p>}
      {(list.data?.length ?? 0) > 1 && <button type="button" onClick={() => end.mutate("")}>{t("endOthers")}</button>}
    </section>
  );
}

function Acts() {
  const { t, i18n } = useTranslation();
  const list = useQuery({ queryKey: ["my-acts"], queryFn: async () => (await ask(api.GET("/api/v1/audit", { params: { query: { limit: 30 } } }))).entries });
  return (
    <section>
      <h2>{t("myActs")}</h2>
      <ul>
        {(list.data ?? []).map((e) => (
          <li key={e.seq}>
            <span>{when(e.at, i18n.language)}</span> {didWord(e, t) || actWord(e.act, t)} <span>{objectWord(e, nobody, t)}</span> {e.result === "refused" && <b className="entry-wrong">{t("refused")}</b>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function when(at: string, lang: string): string {
  return new Date(at).toLocaleString(lang === "en" ? "en" : "zh-CN", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
}
