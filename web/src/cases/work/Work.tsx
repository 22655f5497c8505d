import "../phone/phone.css";
import "./work.css";

import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "../../session/session";
import { timeOf } from "../clock";
import { useCaseEvents } from "../events";
import { addPhoneWords } from "../phone/addWords";
import { useHere } from "../phone/here";
import { PhoneBar } from "../phone/PhoneBar";
import { CasePage } from "./CasePage";
import { DoneBar, type Just } from "./DoneBar";
import { List } from "./List";
import { PhoneNav } from "./PhoneNav";

addPhoneWords();

const idInHash = () => /^#([0-9a-f-]{36})$/.exec(location.hash)?.[1] ?? null;

/** What whoever works out there has to do: a list, and one case at a time. The case stands in the address. */
export function Work() {
  const { t } = useTranslation();
  const me = useSession().data;
  const live = useCaseEvents();
  const [id, setId] = useState(idInHash);
  const [just, setJust] = useState<Just | null>(null);
  const where = useHere();
  useEffect(() => {
    document.title = t("workPage");
  }, [t]);
  useEffect(() => {
    const changed = () => {
      setId(idInHash());
      document.querySelector(".phone-page")?.scrollTo(0, 0);
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  const onDone = useCallback((done: Just) => {
    setJust(done);
    document.querySelector(".phone-page")?.scrollTo(0, 0);
  }, []);

  return (
    <main className="phone-page work">
      <PhoneBar title={t(id ? "workCase" : "workTitle")} back={id ? () => (location.hash = "") : undefined} />
      {live.state === "lost" && live.since !== null && (
        <p className="phone-note" role="status">
          {t("liveLost", { time: timeOf(live.since) })}
        </p>
      )}
      {just && <DoneBar key={`${just.case.id} ${just.case.version}`} just={just} onGone={() => setJust(null)} />}
      {id ? <CasePage id={id} here={where.here} onDone={onDone} /> : me && <List me={me} where={where} />}
      <PhoneNav />
    </main>
  );
}
