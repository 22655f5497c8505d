import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { nextPath } from "./next";
import { Opening } from "./Opening";
import { type Me, useSession } from "./session";
import { SignIn } from "./SignIn";

/** Lets a page be seen by those who may: the map of a public service by everybody, all else by who has signed in and may do what it is for. */
export function Gate({ open, needs, children }: { open: (me: Me) => boolean; needs?: string; children: ReactNode }) {
  const { t } = useTranslation();
  const session = useSession();
  const [was, setWas] = useState(false);
  const me = session.data;
  if (me?.signed_in && !was) setWas(true);
  if (!me) return session.isError ? children : <Opening />; // without the service the page itself says so
  if (location.pathname === "/sign-in") return <SignIn me={me} next={nextPath(location.search)} ended={false} />;
  if (me.signed_in && needs && !me.may.includes(needs)) {
    return (
      <main className="entry">
        <div className="entry-card">
          <h1>{t("notForYou")}</h1>
          <p>{t("notForYouWhy")}</p>
          <a href="/">{t("toMap")}</a>
          <a href="/account">{t("toMine")}</a>
        </div>
      </main>
    );
  }
  if (me.open || me.signed_in || (open(me) && !was)) return children;
  return <SignIn me={me} next={location.pathname + location.search} ended={was} />;
}
