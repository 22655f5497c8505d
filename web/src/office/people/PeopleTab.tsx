import { Button, Drawer, Skeleton, Table, type TableColumnsType } from "antd";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { MapBoundary, canDraw } from "../../map/MapBoundary";
import { palettes } from "../../map/palette";
import type { Me } from "../../session/session";
import { useKeys } from "../../steward/keys";
import { said } from "../../steward/service";
import type { Theme } from "../../theme";
import { narrowed, type PeopleView, readPeople, writePeople } from "../address";
import { useAreas, useDistricts, usePeople, usePerson } from "../queries";
import { seesAll } from "../roles";
import type { Person } from "../service";
import { go, useWider } from "../where";
import { AddPerson } from "./AddPerson";
import { ImportPeople } from "./ImportPeople";
import { PeopleFilters } from "./PeopleFilters";
import { PersonPanel } from "./PersonPanel";
import { AccountState, PostTag } from "./PostTag";
import { keyOf, scopeOf, scopesOf, together, unserved } from "./scopes";

const ScopeMap = lazy(() => import("./ScopeMap").then((m) => ({ default: m.ScopeMap })));
const postsInRow = 2;

export function PeopleTab({ me, search, theme }: { me: Me; search: string; theme: Theme }) {
  const { t } = useTranslation();
  const view = readPeople(search);
  const change = (part: Partial<PeopleView>, how: "push" | "replace" = "replace") => go(`/office${writePeople({ ...readPeople(location.search), ...part })}`, how);
  const wide = useWider(1200);
  const narrow = !useWider(640);
  const roomy = useWider(1000);
  const [adding, setAdding] = useState(false);
  const [mapShown, setMapShown] = useState(() => window.innerWidth >= 640 && localStorage.getItem("officeMap") !== "no");
  const [marked, setMarked] = useState(false);
  const [zoomTo, setZoomTo] = useState<{ key: string; bbox: [number, number, number, number] } | null>(null);
  const list = useRef<HTMLDivElement>(null);

  const found = usePeople(view, !view.importing);
  const { people } = found;
  const chosen = usePerson(view.person, people.find((p) => p.id === view.person));
  const districts = useDistricts();
  const inForce = districts.data?.districts ?? [];
  const mayWrite = me.may.includes("account.write");

  // What nobody serves can be told where everybody is there to be seen.
  const whole = seesAll(me) && found.isSuccess && !found.hasNextPage && !narrowed(view) && !found.isPlaceholderData;
  const hasMap = canDraw && mapShown && inForce.length > 0 && !view.importing;
  const grids = useAreas(hasMap && whole ? "grid" : "", districts.data?.generation, inForce.map((d) => d.code));
  const alone = useMemo(() => (whole && grids.data ? unserved(grids.data, people) : []), [whole, grids.data, people]);

  const scopes = useMemo(() => scopesOf(chosen.data ? [chosen.data] : people), [chosen.data, people]);
  const areaBox = narrowed(view) && view.area && !chosen.data && !found.isPlaceholderData ? together(scopes) : null;
  const fit = zoomTo ?? (chosen.data ? { key: `person ${view.person} ${scopes.length}`, bbox: together(scopes) } : { key: `area ${areaBox ? view.area : ""}`, bbox: areaBox });

  const open = (id: string) => {
    setZoomTo(null);
    change({ person: id });
  };
  const close = () => {
    const id = view.person;
    setZoomTo(null);
    change({ person: "" });
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-person="${id}"]`)?.focus());
  };
  /** Moves the focus from row to row; Enter opens, as buttons do. */
  const step = (by: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-person]") ?? [])];
    const at = rows.findIndex((r) => r === document.activeElement || r.dataset.person === view.person);
    const here = rows.findIndex((r) => r === document.activeElement);
    const from = here >= 0 ? here : at;
    rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + by))]?.focus();
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    Escape: () => !adding && view.person && close(),
  });

  if (view.importing) return <ImportPeople onClose={() => change({ importing: false }, "push")} />;

  const columns: TableColumnsType<Person> = [
    {
      title: t("column_name"),
      width: narrow ? undefined : 150,
      render: (_, p) => (
        <button type="button" className="person-link" data-person={p.id} aria-current={p.id === view.person || undefined} onClick={() => open(p.id)}>
          {p.name}
          {narrow && <small>{p.login}</small>}
        </button>
      ),
    },
    ...(narrow ? [] : [{ title: t("field_login"), width: 150, ellipsis: true, render: (_: unknown, p: Person) => p.login || "–" }]),
    { title: t("column_account"), width: narrow ? 96 : 118, render: (_, p) => <AccountState status={p.status} /> },
    {
      title: t("posts"),
      render: (_, p) => {
        const lives = p.posts.filter((x) => x.state !== "ended");
        const most = narrow ? 1 : postsInRow;
        return (
          <span className="post-tags">
            {lives.length === 0 && <span className="soft">{t("noPost")}</span>}
            {lives.slice(0, most).map((x) => (
              <PostTag key={x.id} post={x} />
            ))}
            {lives.length > most && <span className="soft">+{lives.length - most}</span>}
          </span>
        );
      },
    },
    ...(!roomy
      ? []
      : [
          { title: t("field_phone"), width: 128, render: (_: unknown, p: Person) => p.phone || "–" },
          { title: t("field_department"), width: 120, ellipsis: true, render: (_: unknown, p: Person) => p.department || "–" },
        ]),
  ];

  const panel = view.person ? (
    <PersonPanel
      id={view.person}
      known={people}
      me={me}
      onClose={close}
      onArea={(p) => {
        const s = scopeOf(p);
        if (s) setZoomTo({ key: `post ${p.id}`, bbox: s.bbox });
      }}
    />
  ) : null;
  const map = hasMap && districts.data && (
    <MapBoundary fallback={null}>
      <div className="people-map">
        <Suspense fallback={null}>
          <ScopeMap
            districts={inForce}
            snapshot={districts.data.snapshot}
            palette={palettes[theme.shown]}
            scopes={scopes}
            without={marked ? alone.map(keyOf) : []}
            fit={fit}
            onPick={(s) => {
              setZoomTo(null);
              change({ area: s.code, district: s.district, person: "" });
            }}
          />
        </Suspense>
        {alone.length > 0 && (
          <label className="people-alone panel" data-testid="unserved">
            <input type="checkbox" checked={marked} onChange={(e) => setMarked(e.target.checked)} />
            {t("unserved", { n: alone.length, all: grids.data?.length })}
          </label>
        )}
      </div>
    </MapBoundary>
  );

  return (
    <div className={`people ${map ? "with-map" : ""} ${panel && wide ? "with-person" : ""}`}>
      <section className="people-list">
        <PeopleFilters view={view} onChange={change}>
          {mayWrite && <Button onClick={() => change({ importing: true, person: "" }, "push")}>{t("importPeople")}</Button>}
          {mayWrite && (
            <Button type="primary" onClick={() => setAdding(true)}>
              {t("addPerson")}
            </Button>
          )}
        </PeopleFilters>
        <div className="office-scroll" ref={list}>
          {found.isPending ? (
            <Skeleton active className="office-wait" paragraph={{ rows: 10 }} />
          ) : found.isError && people.length === 0 ? (
            <div className="office-plain" data-testid="people-wrong">
              <p className="wrong">{said(found.error)}</p>
              {narrowed(view) ? (
                <Button onClick={() => change({ text: "", role: "", area: "", district: "", status: "" })}>{t("clearFilters")}</Button>
              ) : (
                <Button onClick={() => void found.refetch()}>{t("retry")}</Button>
              )}
            </div>
          ) : people.length === 0 ? (
            <div className="office-plain" data-testid="people-empty">
              <h2>{t(narrowed(view) ? "nobodyFound" : "nobodyYet")}</h2>
              <p>{t(narrowed(view) ? "nobodyFoundHint" : mayWrite ? "nobodyYetHint" : "nobodyBelowHint")}</p>
              {narrowed(view) ? (
                <Button onClick={() => change({ text: "", role: "", area: "", district: "", status: "" })}>{t("clearFilters")}</Button>
              ) : (
                mayWrite && (
                  <div className="office-actions">
                    <Button type="primary" onClick={() => setAdding(true)}>
                      {t("addPerson")}
                    </Button>
                    <Button onClick={() => change({ importing: true }, "push")}>{t("importPeople")}</Button>
                  </div>
                )
              )}
            </div>
          ) : (
            <Table
              size="small"
              className="office-table"
              rowKey="id"
              columns={columns}
              dataSource={people}
              pagination={false}
              rowClassName={(p) => `${p.id === view.person ? "open" : ""} ${p.status === "disabled" ? "off" : ""}`}
              onRow={(p) => ({
                onClick: (e) => {
                  if (!(e.target as HTMLElement).closest("button, a")) open(p.id);
                },
              })}
            />
          )}
        </div>
        <footer className="office-count">
          <span aria-live="polite">{people.length > 0 && t(found.hasNextPage ? "peopleSoFar" : "peopleAll", { n: people.length })}</span>
          {found.hasNextPage && (
            <Button size="small" aria-busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t("more")}
            </Button>
          )}
          {found.isFetchNextPageError && <span className="wrong">{said(found.error)}</span>}
          {canDraw && inForce.length > 0 && (
            <Button size="small" type="link" className="people-map-switch" onClick={() => {
                setMapShown(!mapShown);
                if (!narrow) localStorage.setItem("officeMap", mapShown ? "no" : "yes"); // a phone begins with the list
              }}>
              {t(mapShown ? "hideMap" : "showMap")}
            </Button>
          )}
        </footer>
      </section>
      {(map || (panel && wide)) && (
        <aside className="people-aside" aria-label={t(panel && wide ? "person" : "scopeMap")}>
          {map}
          {panel && wide && <div className="people-person">{panel}</div>}
        </aside>
      )}
      {!wide && (
        <Drawer open={panel !== null} onClose={close} closable={false} title={null} size={Math.min(460, window.innerWidth)} destroyOnHidden aria-label={t("person")}>
          {panel}
        </Drawer>
      )}
      {adding && (
        <AddPerson
          mayGrant={me.may.includes("post.grant")}
          onClose={() => setAdding(false)}
          onOpen={(id) => {
            setAdding(false);
            open(id);
          }}
        />
      )}
    </div>
  );
}
