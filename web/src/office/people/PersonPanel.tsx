import { useQueryClient } from "@tanstack/react-query";
import { Button, Input, Popover, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { roleWord } from "../../session/roles";
import type { Me } from "../../session/session";
import { useNotify } from "../../steward/notice";
import { said, send } from "../../steward/service";
import { actorWord } from "../audit/words";
import { Field } from "../Field";
import { dayOf, isoDay, lastDayOf, moment } from "../format";
import { useNames, usePast, usePerson, usePersonWrite } from "../queries";
import { isCancelled, type Person, personPath, type Post } from "../service";
import { useSubmit } from "../useSubmit";
import { Invite } from "./Invite";
import { tell } from "./past";
import { FormWrong, merged, PersonFields, type Said, saidOf } from "./PersonFields";
import { emptyPost, requestOf } from "./post";
import { PostFields } from "./PostFields";
import { AccountState, useAreaWord } from "./PostTag";

interface PersonPanelProps {
  id: string;
  known: Person[];
  me: Me;
  onClose: () => void;
  onArea: (p: Post) => void;
}

/** One person: who it is, which posts, how it came to be so, and what may be done about it. */
export function PersonPanel({ id, known, me, onClose, onArea }: PersonPanelProps) {
  const { t } = useTranslation();
  const person = usePerson(id, known.find((p) => p.id === id));
  return (
    <section className="person" aria-label={person.data?.name ?? t("person")} data-testid="person">
      {person.data ? (
        <Details key={id} person={person.data} known={known} me={me} onClose={onClose} onArea={onArea} />
      ) : (
        <>
          <header className="person-head">
            <h2>{t("person")}</h2>
            <Close onClose={onClose} />
          </header>
          {person.isError ? <p className="wrong">{said(person.error)}</p> : <Skeleton active />}
        </>
      )}
    </section>
  );
}

function Close({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" className="person-close" aria-label={t("close")} title={`${t("close")} (Esc)`} onClick={onClose}>
      ✕
    </button>
  );
}

function Details({ person, known, me, onClose, onArea }: { person: Person } & Omit<PersonPanelProps, "id">) {
  const { t, i18n } = useTranslation();
  const notify = useNotify();
  const queries = useQueryClient();
  const write = usePersonWrite();
  const [form, setForm] = useState<"" | "edit" | "grant">("");
  const [busy, setBusy] = useState("");
  const [wrong, setWrong] = useState("");
  const mayWrite = me.may.includes("account.write");
  const mayGrant = me.may.includes("post.grant");
  const lives = person.posts.filter((p) => p.state !== "ended");
  const ended = person.posts.filter((p) => p.state === "ended");

  async function act(name: string, does: () => Promise<void>) {
    if (busy) return;
    setBusy(name);
    setWrong("");
    try {
      await does();
    } catch (error) {
      setWrong(said(error));
    }
    setBusy("");
  }
  const enable = (p: Person) => act("enable", async () => {
    await write(p, "POST", "/enable");
    notify({ text: t("enabledPerson", { name: p.name }) });
  });
  const disable = () => act("disable", async () => {
    const now = await write(person, "POST", "/disable");
    notify({ text: t("disabledPerson", { name: now.name }), action: { label: t("takeBack"), run: () => void enable(now) } });
  });
  const signOut = () => act("out", async () => {
    await send("DELETE", `${personPath(person.id)}/sessions`);
    void queries.invalidateQueries({ queryKey: ["past", person.id] });
    notify({ text: t("signedOutPerson", { name: person.name }) });
  });

  return (
    <>
      <header className="person-head">
        <h2>{person.name}</h2>
        <AccountState status={person.status} />
        {person.demo && <span className="synthetic">{t("demoAccount")}</span>}
        <Close onClose={onClose} />
      </header>
      {form === "edit" ? (
        <EditForm person={person} onDone={() => setForm("")} />
      ) : (
        <>
          <dl className="person-facts">
            <Fact name={t("field_login")} text={person.login} />
            <div>
              <dt>{t("field_phone")}</dt>
              <dd>{person.phone ? <a href={`tel:${person.phone}`}>{person.phone}</a> : "–"}</dd>
            </div>
            <Fact name={t("field_department")} text={person.department} />
            <Fact name={t("addedOn")} text={moment(person.created, i18n.language)} />
            {person.disabled && <Fact name={t("disabledOn")} text={moment(person.disabled, i18n.language)} />}
          </dl>
          {(mayWrite || me.may.includes("session.end")) && (
            <div className="office-actions">
              {mayWrite && <Button onClick={() => setForm("edit")}>{t("editPerson")}</Button>}
              {mayWrite && person.login && person.status !== "disabled" && <Invite key={person.status} person={person} primary={person.status === "invited"} />}
              {mayWrite && person.login && person.status === "disabled" && (
                <Button aria-busy={busy === "enable"} onClick={() => void enable(person)}>
                  {t("enablePerson")}
                </Button>
              )}
              {(mayWrite || mayGrant) && person.status === "active" && (
                <Button aria-busy={busy === "out"} onClick={() => void signOut()}>
                  {t("signOutPerson")}
                </Button>
              )}
              {mayWrite && person.login && person.status !== "disabled" && (
                <Button danger aria-busy={busy === "disable"} onClick={() => void disable()}>
                  {t("disablePerson")}
                </Button>
              )}
            </div>
          )}
          {wrong && (
            <p className="wrong" role="alert" data-testid="person-wrong">
              {wrong}
            </p>
          )}
        </>
      )}
      <h3>{t("posts")}</h3>
      {lives.length === 0 && <p className="soft">{t("noPosts")}</p>}
      <ul className="person-posts">
        {lives.map((p) => (
          <PostRow key={p.id} person={person} post={p} onArea={onArea} mayEnd={mayGrant} />
        ))}
      </ul>
      {mayGrant &&
        (form === "grant" ? (
          <GrantForm person={person} onDone={() => setForm("")} />
        ) : (
          <Button onClick={() => setForm("grant")}>{t("grantPost")}</Button>
        ))}
      {ended.length > 0 && (
        <details className="person-ended">
          <summary>{t("endedPosts", { n: ended.length })}</summary>
          <ul className="person-posts">
            {ended.map((p) => (
              <PostRow key={p.id} person={person} post={p} onArea={onArea} mayEnd={false} />
            ))}
          </ul>
        </details>
      )}
      <History person={person} known={known} />
    </>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text || "–"}</dd>
    </div>
  );
}

function PostRow({ person, post, onArea, mayEnd }: { person: Person; post: Post; onArea: (p: Post) => void; mayEnd: boolean }) {
  const { t, i18n } = useTranslation();
  const area = useAreaWord()(post);
  const lang = i18n.language;
  return (
    <li className={`person-post ${post.state}`} data-testid="post">
      <div>
        <b>{roleWord(post.role, lang)}</b>
        {post.duties.map((d) => (
          <i key={d}>{t(`duty_${d}`)}</i>
        ))}{" "}
        {post.area?.bbox ? (
          <button type="button" className="link" title={post.area.code} onClick={() => onArea(post)}>
            {area}
          </button>
        ) : (
          <span>{area}</span>
        )}{" "}
        {post.area?.code && post.area.code !== area && <span className="post-code">{post.area.code}</span>}
        <small>
          {isCancelled(post) ? t("postCancelled", { from: dayOf(post.from, lang) }) : t(post.until ? "postFromUntil" : "postFrom", { from: dayOf(post.from, lang), until: post.until ? lastDayOf(post.until, lang) : "" })}
          {post.state === "coming" && ` · ${t("postComing")}`}
          {post.state === "lost" && ` · ${t("areaLostHint")}`}
        </small>
      </div>
      {mayEnd && <EndPost person={person} post={post} />}
    </li>
  );
}

/** Ends a post, now or on a day. */
function EndPost({ person, post }: { person: Person; post: Post }) {
  const { t, i18n } = useTranslation();
  const write = usePersonWrite();
  const notify = useNotify();
  const [open, setOpen] = useState(false);
  const [day, setDay] = useState("");
  const [today] = useState(() => isoDay());
  const { busy, error, submit } = useSubmit(async () => {
    await write(person, "DELETE", `/posts/${post.id}${day ? `?until=${day}` : ""}`);
    notify({ text: t(day ? "postEndsOn" : "postEndedNow", { role: roleWord(post.role, i18n.language), name: person.name, day }) });
    setOpen(false);
  });
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      content={
        <div className="office-form end-post">
          <Field label={t("lastDay")} hint={t("endNowHint")}>
            {(id) => <Input id={id} type="date" min={today} value={day} onChange={(e) => setDay(e.target.value)} />}
          </Field>
          <FormWrong error={error} />
          <Button danger type="primary" aria-busy={busy} onClick={() => submit()}>
            {day ? t("endOnDay") : t("endNow")}
          </Button>
        </div>
      }
    >
      <Button size="small">{t("endPost")}</Button>
    </Popover>
  );
}

function EditForm({ person, onDone }: { person: Person; onDone: () => void }) {
  const { t } = useTranslation();
  const write = usePersonWrite();
  const notify = useNotify();
  const [seen, setSeen] = useState(person);
  const [value, setValue] = useState<Said>(() => saidOf(person));
  if (person.version !== seen.version) {
    // Somebody else changed it: their fields come in, those that were typed here stay.
    setSeen(person);
    setValue(merged(value, saidOf(seen), saidOf(person)));
  }
  const { busy, error, submit } = useSubmit(async () => {
    await write(person, "PUT", "", value);
    notify({ text: t("savedPerson", { name: value.name }) });
    onDone();
  });
  return (
    <form className="office-form" aria-label={t("editPerson")} onSubmit={submit}>
      <PersonFields value={value} error={error} onChange={setValue} />
      <FormWrong error={error} />
      <div className="office-actions">
        <Button type="primary" htmlType="submit" aria-busy={busy}>
          {t("save")}
        </Button>
        <Button onClick={onDone}>{t("officeCancel")}</Button>
      </div>
    </form>
  );
}

function GrantForm({ person, onDone }: { person: Person; onDone: () => void }) {
  const { t, i18n } = useTranslation();
  const write = usePersonWrite();
  const notify = useNotify();
  const [value, setValue] = useState(emptyPost);
  const { busy, error, submit } = useSubmit(async () => {
    await write(person, "POST", "/posts", requestOf(value));
    notify({ text: t("grantedPost", { role: roleWord(value.role, i18n.language), name: person.name }) });
    onDone();
  });
  return (
    <form className="office-form post-box" aria-label={t("grantPost")} onSubmit={submit}>
      <PostFields value={value} onChange={setValue} />
      <FormWrong error={error} />
      <div className="office-actions">
        <Button type="primary" htmlType="submit" aria-busy={busy}>
          {t("grant")}
        </Button>
        <Button onClick={onDone}>{t("officeCancel")}</Button>
      </div>
    </form>
  );
}

function History({ person, known }: { person: Person; known: Person[] }) {
  const { t, i18n } = useTranslation();
  const past = usePast(person);
  const areaWord = useAreaWord();
  const rows = past.data ?? [];
  const names = useNames(rows.map((r) => r.actor), [...known, person]);
  return (
    <>
      <h3>{t("changeHistory")}</h3>
      {past.isPending ? (
        <Skeleton active title={false} />
      ) : past.isError ? (
        <p className="wrong">{said(past.error)}</p>
      ) : (
        <ol className="person-past" data-testid="past">
          {rows.map((r) => (
            <li key={r.version}>
              <time dateTime={r.at}>{moment(r.at, i18n.language)}</time>
              <span>
                {tell(r, person.posts, t, (role) => roleWord(role, i18n.language), areaWord)}
                <small>{names.get(r.actor) ?? actorWord(r.actor, t)}</small>
              </span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
