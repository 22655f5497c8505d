import { Popover, Skeleton } from "antd";
import { type MouseEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { LookSwitch } from "../panels/LookSwitch";
import { roleWord } from "../session/roles";
import { type Me, useSession } from "../session/session";
import { useKeys } from "../steward/keys";
import type { Theme } from "../theme";
import { pathOf, type Tab, tabOf } from "./address";
import { AuditTab } from "./audit/AuditTab";
import { RulesTab } from "./duty/RulesTab";
import { UnitsTab } from "./duty/UnitsTab";
import { KeysTab } from "./keys/KeysTab";
import { PeopleTab } from "./people/PeopleTab";
import { tabsFor } from "./roles";
import { ClassesTab } from "./standard/ClassesTab";
import { CalendarTab } from "./standard/CalendarTab";
import { SubjectsTab } from "./subjects/SubjectsTab";
import { go, useWhere } from "./where";

export function OfficeBody({ theme }: { theme: Theme }) {
  const { t } = useTranslation();
  const [path, search] = useWhere();
  const session = useSession();
  const me = session.data;
  const shown = me ? tabsFor(me) : [];
  const wanted = tabOf(path) ?? (/^\/office\/?$/.test(path) ? (shown[0] ?? "people") : null);
  const tab = wanted && shown.includes(wanted) ? wanted : null;
  useEffect(() => {
    document.title = t("officeTitle");
  }, [t]);

  return (
    <>
      <header className="office-head">
        <h1>{t("office")}</h1>
        {shown.length > 0 && (
          <nav className="office-tabs" aria-label={t("office")}>
            {shown.map((x) => (
              <TabLink key={x} tab={x} current={x === tab} />
            ))}
          </nav>
        )}
        <Tools theme={theme} me={me} tab={tab} />
      </header>
      <main className="office-main" aria-label={tab ? t(`tab_${tab}`) : t("office")}>
        {!me ? (
          session.isError ? <p className="office-plain wrong">{t("offline")}</p> : <Skeleton active className="office-wait" paragraph={{ rows: 8 }} />
        ) : tab === "people" ? (
          <PeopleTab me={me} search={search} theme={theme} />
        ) : tab === "subjects" ? (
          <SubjectsTab />
        ) : tab === "units" ? (
          <UnitsTab me={me} />
        ) : tab === "rules" ? (
          <RulesTab me={me} />
        ) : tab === "keys" ? (
          <KeysTab />
        ) : tab === "audit" ? (
          <AuditTab search={search} />
        ) : tab === "classes" ? (
          <ClassesTab me={me} />
        ) : tab === "calendar" ? (
          <CalendarTab me={me} />
        ) : (
          <NotYours me={me} tab={wanted} others={shown} />
        )}
      </main>
    </>
  );
}

function TabLink({ tab, current }: { tab: Tab; current: boolean }) {
  const { t } = useTranslation();
  function open(e: MouseEvent) {
    if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
    e.preventDefault();
    go(pathOf(tab), "push");
  }
  return (
    <a href={pathOf(tab)} aria-current={current ? "page" : undefined} onClick={open}>
      {t(`tab_${tab}`)}
    </a>
  );
}

/** Says plainly that a page is not for these posts, which they are, and where to go instead. */
function NotYours({ me, tab, others }: { me: Me; tab: Tab | null; others: Tab[] }) {
  const { t, i18n } = useTranslation();
  const posts = [...new Set(me.posts.map((p) => roleWord(p.role, i18n.language)))];
  return (
    <section className="office-plain" data-testid="not-yours">
      <h2>{tab ? t("notYours", { tab: t(`tab_${tab}`) }) : t("noSuchPage")}</h2>
      <p>{posts.length > 0 ? t("notYoursPosts", { posts: posts.join(t("listComma")) }) : t("notYoursNone")}</p>
      {tab === "people" && <p>{t("notYoursPeople")}</p>}
      <p className="office-ways">
        {others.map((x) => (
          <TabLink key={x} tab={x} current={false} />
        ))}
        <a href="/account">{t("toAccount")}</a>
        <a href="/">{t("officeToMap")}</a>
      </p>
    </section>
  );
}

const keysOf: Record<Tab, string[]> = { people: ["slash", "jk", "enter", "esc", "help"], subjects: ["help"], units: ["help"], rules: ["help"], classes: ["help"], calendar: ["help"], keys: ["help"], audit: ["jk", "enter", "help"] };

/** Who is signed in, light or dark, the language, the keys. */
function Tools({ theme, me, tab }: { theme: Theme; me: Me | undefined; tab: Tab | null }) {
  const { t } = useTranslation();
  const [help, setHelp] = useState(false);
  useKeys({ "?": () => setHelp(!help) });
  return (
    <div className="office-tools">
      {me?.demo && <span className="synthetic">{t("synthetic")}</span>}
      {me?.person && (
        <a className="link office-me" href="/account">
          {me.person.name}
        </a>
      )}
      <a className="link" href="/">
        {t("officeToMap")}
      </a>
      <LookSwitch theme={theme} />
      {tab && (
        <Popover
          open={help}
          onOpenChange={setHelp}
          trigger="click"
          placement="bottomRight"
          content={
            <dl className="key-list">
              {keysOf[tab].map((k) => (
                <div key={k}>
                  <dt>
                    <kbd>{t(`officeKey_${k}`)}</kbd>
                  </dt>
                  <dd>{t(`officeKeyDoes_${k}`)}</dd>
                </div>
              ))}
            </dl>
          }
        >
          <button type="button" className="link office-keys">
            {t("officeKeys")}
          </button>
        </Popover>
      )}
    </div>
  );
}
