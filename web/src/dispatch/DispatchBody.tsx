import { useQueryClient } from "@tanstack/react-query";
import type { InputRef } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { urgencyOf, useServiceNow } from "../cases/clock";
import { useCaseEvents } from "../cases/events";
import { type ActRequest, type Case, useCase, useCases, useCaseSummary } from "../cases/queries";
import { useDistricts } from "../steward/queries";
import type { Bounds } from "../map/levels";
import { useSession } from "../session/session";
import { isTyping, useShortcuts } from "../shortcuts";
import { useNotify } from "../steward/notice";
import type { Theme } from "../theme";
import type { Draft, Place } from "./act/draft";
import { ActForm, type Picking } from "./act/ActForm";
import { BulkBar, commonActions } from "./act/BulkBar";
import { useDeeds } from "./act/deeds";
import { useUndo } from "./act/undo";
import { UndoToast } from "./act/UndoToast";
import { type DispatchAddress, filterOf, filtersSet, queryOf, noFilters, readAddress, writeAddress } from "./address";
import { DispatchHead } from "./DispatchHead";
import { NewCase } from "./intake/NewCase";
import type { MapCase } from "./map/features";
import { DispatchMap } from "./map/DispatchMap";
import { CasePanel } from "./panel/CasePanel";
import { Filters } from "./queue/Filters";
import { Queue } from "./queue/Queue";
import { QueueTabs } from "./queue/QueueTabs";
import { useSelection } from "./selection";
import { useSound } from "./sound";

const actKeys = { accept: "A", dispatch: "D", reject: "R", return: "R", rework: "R" };
const freshFor = 6_000; // ms that a row shows that it has changed
const urgent = ["due_soon", "overdue", "long_overdue", "supervise"];

type Acting = { action: string; preset?: Partial<Draft> };

/** The dispatcher's desk: the queue, the map and the open case are three views of the same. */
export function DispatchBody({ theme }: { theme: Theme }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notify = useNotify();
  const now = useServiceNow();
  const me = useSession().data;
  const sound = useSound();
  const undo = useUndo();
  const deeds = useDeeds(undo.note);
  const search = useRef<InputRef>(null);

  const [address, setAddress] = useState(() => readAddress(location.search));
  const change = (part: Partial<DispatchAddress>) => setAddress((a) => ({ ...a, ...part }));
  useEffect(() => {
    const next = writeAddress(address);
    if (next !== location.search) history.replaceState(null, "", next || location.pathname);
  }, [address]);
  useEffect(() => {
    document.title = t("dispatchTitle");
  }, [t]);

  const [box, setBox] = useState<Bounds | null>(null);
  const [cursor, setCursor] = useState<string | null>(address.case);
  const [hovered, setHovered] = useState<string | null>(null);
  const [acting, setActing] = useState<Acting | null>(null);
  const [bulk, setBulk] = useState<string | null>(null);
  const [taking, setTaking] = useState(false);
  const [help, setHelp] = useState(false);
  const [view, setView] = useState<"list" | "map">("list"); // on a phone
  const [place, setPlace] = useState<Place | null>(null);
  const [picking, setPicking] = useState(false);
  const [goTo, setGoTo] = useState<{ key: string; lon: number; lat: number } | null>(null);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());

  const districts = useDistricts().data;
  const inForce = districts?.districts ?? [];
  const district = inForce.length === 1 ? inForce[0]?.code : undefined;
  const filter = filterOf(address, address.inView ? box : null);
  const list = useCases({ ...filter, limit: 100 });
  const { cases } = list;
  const late = useCaseSummary({ ...filter, overdue: undefined }).data?.overdue;
  const opened = useCase(address.case).data;
  const selection = useSelection(cases);

  const live = useCaseEvents((e) => {
    if (deeds.own.current.has(`${e.id} ${e.version}`)) return;
    if (urgent.includes(e.what)) sound.ring();
    if (e.what === "gone" && e.id === address.case) notify({ text: t("caseGone"), kind: "wrong" });
    setFresh((f) => new Set([...f, e.id]));
    setTimeout(() => setFresh((f) => new Set([...f].filter((id) => id !== e.id))), freshFor);
  });

  const urgencies = cases.map((c) => urgencyOf(c.clock, now, c.open)).join();
  const mapCases = useMemo<MapCase[]>(() => {
    const shown = opened && !cases.some((c) => c.id === opened.id) ? [...cases, opened] : cases;
    return shown.flatMap((c) => (c.position ? [{ id: c.id, lon: c.position.lon, lat: c.position.lat, urgency: urgencyOf(c.clock, now, c.open) }] : []));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the moment counts only where it changes an urgency
  }, [cases, opened, urgencies]);

  const clearPlace = () => {
    setPlace(null);
    setPicking(false);
  };
  function open(id: string | null) {
    setActing(null);
    setBulk(null);
    setTaking(false);
    clearPlace();
    change({ case: id });
    if (!id) return;
    setCursor(id);
    const c = cases.find((x) => x.id === id);
    if (c?.position) setGoTo((g) => ({ key: `${id} ${Number(g?.key.split(" ")[1] ?? 0) + 1}`, ...(c.position ?? { lon: 0, lat: 0 }) }));
  }
  function act(action: string | null, preset?: Partial<Draft>) {
    clearPlace();
    setActing(action === null ? null : { action, preset });
  }
  function startBulk(action: string | null) {
    clearPlace();
    setTaking(false);
    setBulk(action);
  }
  function take() {
    clearPlace();
    setBulk(null);
    setActing(null);
    change({ case: null });
    setTaking(true);
  }
  const pick: Picking = {
    picking,
    onPicking: (on) => {
      setPicking(on);
      if (on) setView("map");
    },
    place,
    onPlace: (p) => {
      setPlace(p);
      if (p) setGoTo((g) => ({ key: `pin ${Number(g?.key.split(" ")[1] ?? 0) + 1}`, lon: p.lon, lat: p.lat }));
    },
  };

  async function perform(of: Case, action: string, body: ActRequest) {
    const next = nextAfter(cases, of.id);
    const after = await deeds.one(of, action, body);
    act(null);
    if (after) setCursor(next ?? after.id);
  }
  async function performMany(action: string, body: ActRequest) {
    const all = await deeds.many(selection.cases.filter((c) => c.id !== body.parent), action, body);
    startBulk(null);
    if (all) selection.clear();
  }

  function move(by: number) {
    const at = cases.findIndex((c) => c.id === cursor);
    const to = cases[at < 0 ? 0 : Math.max(0, Math.min(cases.length - 1, at + by))];
    if (!to) return;
    if (address.case && !acting) open(to.id);
    setCursor(to.id);
    document.querySelector<HTMLElement>(`[data-case="${to.id}"] a`)?.focus(); // Enter opens it
  }
  /** The key of an action: for what is selected, or the open case, or the one that the cursor is on. */
  function key(...names: string[]) {
    if (acting || bulk || taking) return;
    if (selection.cases.length > 0) {
      const common = commonActions(selection.cases).find((a) => names.includes(a.action));
      if (common) startBulk(common.action);
      return;
    }
    const c = opened ?? cases.find((x) => x.id === cursor);
    const name = names.find((n) => c?.actions.some((a) => a.action === n));
    if (!c || !name) return;
    if (address.case !== c.id) open(c.id);
    act(name);
  }
  function back() {
    const field = document.activeElement;
    if (document.querySelector(".ant-modal")) return; // it closes by itself
    if (help) setHelp(false);
    else if (field instanceof HTMLElement && isTyping(field)) field.blur();
    else if (picking) setPicking(false);
    else if (acting) act(null);
    else if (bulk) startBulk(null);
    else if (taking) setTaking(false);
    else if (address.case) open(null);
    else selection.clear();
  }
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    x: () => cursor && selection.check(cursor, !selection.checked.has(cursor), false),
    a: () => key("accept"),
    d: () => key("dispatch", "transfer"),
    r: () => key("return", "reject", "rework"),
    u: undo.undo,
    n: take,
    "/": () => search.current?.focus({ cursor: "all" }),
    "?": () => setHelp(!help),
    Escape: back,
  });

  const more = useCallback(() => void list.fetchNextPage(), [list.fetchNextPage]); // eslint-disable-line react-hooks/exhaustive-deps
  const side = address.case !== null || taking || bulk !== null;
  const bulkAction = bulk ? commonActions(selection.cases).find((a) => a.action === bulk) : undefined;
  const area = opened?.areas.at(-1) ?? null;
  return (
    <>
      <DispatchHead theme={theme} me={me} synthetic={inForce.some((d) => d.synthetic)} live={live} sound={sound} help={help} onHelp={setHelp} onNew={take} />
      <div className={["dispatch-main", side ? "with-side" : "", `shows-${view}`].join(" ")}>
        <nav className="dispatch-views segments" aria-label={t("views")}>
          {(["list", "map"] as const).map((v) => (
            <button key={v} type="button" aria-pressed={view === v} onClick={() => setView(v)}>
              {t(`view_${v}`)}
            </button>
          ))}
        </nav>
        <section className="queue" aria-label={t("queue")}>
          <QueueTabs address={address} box={box} onTab={(tab) => change({ tab })} />
          <Filters address={address} districts={inForce} search={search} late={late} onChange={change} query={me?.may.includes("case.export") ? queryOf(filter) : null} />
          {selection.cases.length > 0 && <BulkBar cases={selection.cases} onAct={startBulk} onClear={selection.clear} onAll={selection.all} />}
          <Queue
            cases={cases}
            now={now}
            pending={list.isPending}
            error={list.error}
            more={list.hasNextPage}
            loading={list.isFetchingNextPage}
            narrowed={filtersSet(address) > 0 || address.tab !== "open"}
            cursor={cursor}
            open={address.case}
            hovered={hovered}
            checked={selection.checked}
            fresh={fresh}
            hrefOf={(id) => `/desk${writeAddress({ ...address, case: id })}`}
            onMore={more}
            onAgain={() => void list.refetch()}
            onClear={() => change({ ...noFilters, tab: "open" })}
            onNew={take}
            onOpen={open}
            onHover={setHovered}
            onCheck={selection.check}
          />
        </section>
        {districts && (
          <DispatchMap
            districts={inForce}
            snapshot={districts.snapshot}
            shown={theme.shown}
            label={t("caseMap")}
            cases={mapCases}
            selected={address.case}
            hovered={hovered}
            checked={selection.checked}
            area={area ? { district: area.district, level: area.level, code: area.code } : null}
            pin={place}
            goTo={goTo}
            picking={picking}
            onSelect={open}
            onHover={setHovered}
            onPick={(at) => {
              setPlace({ ...at, crs: "wgs84" });
              setPicking(false);
              setView("list");
            }}
            onView={setBox}
          />
        )}
        {side && (
          <aside className="dispatch-side" aria-label={t("case")}>
            {taking ? (
              <NewCase
                key={String(taking)}
                district={district}
                pick={pick}
                onTaken={(r) => {
                  open(r.id);
                  void queries.invalidateQueries({ queryKey: ["cases"] });
                  notify({ text: t("taken", { number: r.number }) });
                }}
                onClose={() => {
                  setTaking(false);
                  clearPlace();
                }}
              />
            ) : bulkAction ? (
              <section className="case-panel" aria-label={t("bulk")}>
                <ActForm
                  key={bulkAction.action}
                  action={bulkAction}
                  of={undefined}
                  district={district ?? selection.cases[0]?.district}
                  count={selection.cases.length}
                  pick={pick}
                  onDo={(body) => performMany(bulkAction.action, body)}
                  onClose={() => startBulk(null)}
                />
              </section>
            ) : (
              address.case && (
                <CasePanel
                  key={address.case}
                  id={address.case}
                  now={now}
                  me={me?.person?.id}
                  acting={acting}
                  keys={actKeys}
                  pick={pick}
                  onAct={act}
                  onDo={perform}
                  onOpen={open}
                  onClose={() => open(null)}
                />
              )
            )}
          </aside>
        )}
      </div>
      {undo.last && <UndoToast last={undo.last} busy={undo.busy} onUndo={undo.undo} onGone={undo.forget} />}
    </>
  );
}

/** The case that comes after one in the list; the one before it at the end. */
function nextAfter(cases: Case[], id: string): string | undefined {
  const at = cases.findIndex((c) => c.id === id);
  return at < 0 ? undefined : (cases[at + 1] ?? cases[at - 1])?.id;
}
