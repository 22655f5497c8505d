import "../phone/phone.css";
import "./report.css";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { PhoneBar } from "../phone/PhoneBar";
import { addPhoneWords } from "../phone/addWords";
import { useSession } from "../../session/session";

import { type Draft, dropDraft, readDraft } from "./draft";
import { Form } from "./Form";
import { addMine, forgetMine, type Mine, myReports } from "./mine";
import { Receipt } from "./Receipt";
import type { Receipt as Kept } from "./send";
import { Track } from "./Track";

addPhoneWords();

const numberInHash = () => decodeURIComponent(location.hash.slice(1)).trim().slice(0, 40);

/** The page on which citizens, and workers on their way, report something and follow what becomes of it. */
export function Report() {
  const { t } = useTranslation();
  const me = useSession().data;
  const queries = useQueryClient();
  const [number, setNumber] = useState(numberInHash);
  const [kept, setKept] = useState<Draft | null | undefined>(undefined); // undefined: not read yet
  const [receipt, setReceipt] = useState<Kept | null>(null);
  const [mine, setMine] = useState<Mine[]>(myReports);
  const worker = me?.signed_in === true;

  useEffect(() => {
    document.title = t("reportPage");
  }, [t]);
  useEffect(() => {
    void readDraft().then(setKept);
    const changed = () => {
      setNumber(numberInHash());
      window.scrollTo(0, 0);
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);

  const onReceipt = useCallback(
    (r: Kept, d: Draft) => {
      void dropDraft();
      setKept(null);
      setReceipt(r);
      addMine({ number: r.number, at: r.reported_at, text: (d.class?.name ?? d.description.trim()) || d.address.trim() });
      setMine(myReports());
      void queries.invalidateQueries({ queryKey: ["cases"] });
      history.replaceState(null, "", `#${r.number}`);
      setNumber(r.number);
      document.querySelector(".phone-page")?.scrollTo(0, 0);
    },
    [queries],
  );
  const again = () => {
    setReceipt(null);
    setNumber("");
    history.replaceState(null, "", location.pathname);
    document.querySelector(".phone-page")?.scrollTo(0, 0);
  };

  return (
    <main className="phone-page report">
      <PhoneBar title={t(number ? "trackPage" : "reportTitle")} back={number ? again : undefined} />
      {receipt && receipt.number === number && <Receipt receipt={receipt} onMore={again} />}
      {number ? (
        <Track number={number} />
      ) : (
        <>
          {!worker && <p className="phone-lead">{t("reportLead")}</p>}
          {kept !== undefined && <Form key={kept?.id ?? "new"} kept={kept} worker={worker} onReceipt={onReceipt} />}
          <Follow />
          {mine.length > 0 && <Reports mine={mine} onForget={(n) => { forgetMine(n); setMine(myReports()); }} />}
        </>
      )}
    </main>
  );
}

/** The way to a report by its number. */
function Follow() {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  function submit(e: FormEvent) {
    e.preventDefault();
    const number = text.normalize("NFKC").trim().toUpperCase();
    if (number) location.hash = encodeURIComponent(number);
  }
  return (
    <form className="follow" onSubmit={submit} aria-label={t("followTitle")}>
      <h2>{t("followTitle")}</h2>
      <label className="phone-field">
        {t("followNumber")}
        <input value={text} onChange={(e) => setText(e.target.value)} autoCapitalize="characters" autoComplete="off" spellCheck={false} maxLength={40} />
      </label>
      <button type="submit" className="phone-button">{t("followGo")}</button>
    </form>
  );
}

/** What was reported from this browser, which alone knows of it. */
function Reports({ mine, onForget }: { mine: Mine[]; onForget: (number: string) => void }) {
  const { t, i18n } = useTranslation();
  return (
    <section className="my-reports" aria-label={t("mineTitle")}>
      <h2>{t("mineTitle")}</h2>
      <p className="phone-hint">{t("mineHint")}</p>
      <ul>
        {mine.map((m) => (
          <li key={m.number}>
            <a href={`#${encodeURIComponent(m.number)}`}>
              <b>{m.text || t("mineNoText")}</b>
              <small>
                {m.number} · {new Date(m.at).toLocaleString(i18n.language === "en" ? "en-GB" : "zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" })}
              </small>
            </a>
            <button type="button" className="phone-icon" aria-label={t("mineForget", { number: m.number })} onClick={() => onForget(m.number)}>
              <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d="M6 6l12 12M18 6L6 18" />
              </svg>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
