import { useQueryClient } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { boundsOf, countsOf, type Bounds, type Level, levels } from "../map/levels";
import { palettes } from "../map/palette";
import { StaleBanner } from "../panels/StaleBanner";
import { Synthetic } from "../panels/Synthetic";
import type { Theme } from "../theme";
import { ActivateStep } from "./ActivateStep";
import { type DeskAddress, readDesk, type Step, writeDesk } from "./address";
import { Changes } from "./Changes";
import { DeskFoot } from "./DeskFoot";
import { DeskMap } from "./DeskMap";
import { DiffStep } from "./DiffStep";
import { Download } from "./Download";
import { useEditing } from "./editing";
import { EditionBar } from "./edition/EditionBar";
import { inForce, isDraft, proposeName, usual } from "./edition/status";
import { boundsOfFinding, isSuspicion, rowsOf, tally, toMap } from "./findings/group";
import { FindingsStep } from "./findings/FindingsStep";
import { useKeys } from "./keys";
import type { Tool } from "./map/StewardMap";
import { useNotify } from "./notice";
import { useDistricts, useEditions, useFindings, useMends } from "./queries";
import { changeEdition, type Edition, type EditionKey, editionPath, levelsOf, said } from "./service";
import { type Split, SplitDialog } from "./SplitDialog";
import { StepTabs } from "./StepTabs";
import { Toolbar } from "./Toolbar";
import { UploadStep } from "./upload/UploadStep";
import { useDropAnywhere } from "./upload/useDropAnywhere";
import { useUpload } from "./upload/useUpload";
import { Waiting } from "./Waiting";

type Fit = { key: string; bbox: Bounds };

export function DeskBody({ theme }: { theme: Theme }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const notify = useNotify();
  const [address, setAddress] = useState<DeskAddress>(() => readDesk(location.search));
  const [panel, setPanel] = useState(true);
  const [help, setHelp] = useState(false);
  const [tool, setTool] = useState<Tool>("look");
  const [level, setLevel] = useState<Level>("grid");
  const [fit, setFit] = useState<Fit | null>(null);
  const [split, setSplit] = useState<Split | null>(null);
  const [now] = useState(() => new Date());
  const change = (part: Partial<DeskAddress>) => setAddress((a) => ({ ...a, ...part }));
  const go = (key: string, bbox: Bounds | null) => bbox && setFit((before) => ({ key: `${key} ${Number(before?.key.split(" ").at(-1) ?? 0) + 1}`, bbox }));

  const editions = useEditions();
  const districts = useDistricts();
  const all = useMemo(() => editions.data ?? [], [editions.data]);
  const named = all.find((e) => e.district === address.district && e.name === address.edition);
  const edition = named ?? (address.edition ? undefined : usual(all, now)) ?? usual(all, now);
  const draft = edition && isDraft(edition) ? edition : undefined;
  const step: Step = address.step ?? (edition === undefined || (draft && levelsOf(draft).length === 0) ? "upload" : "findings");

  const found = useFindings(edition);
  const mends = useMends(edition);
  const editing = useEditing(draft);

  const district = edition?.district ?? "";
  const base = inForce(all, district, now)?.name ?? "";
  const target = { district, edition: draft?.name ?? proposeName(all.map((e) => e.name), now), base: draft ? "" : base, isNew: !draft };
  const flow = useUpload(target, (job) => {
    if (!job.edition) return;
    void queries.invalidateQueries({ queryKey: ["editions"] });
    void queries.invalidateQueries({ queryKey: ["mends"] });
    const e = job.edition;
    queries.setQueryData<Edition[]>(["editions"], (known) => [e, ...(known ?? []).filter((x) => x.district !== e.district || x.name !== e.name)]);
    change({ district: e.district, edition: e.name, step: "findings", finding: null });
    notify({ text: t("kept", { name: e.name }) });
  });

  useDropAnywhere((files) => {
    if (flow.running) return;
    change({ step: "upload", finding: null });
    void flow.choose(files);
  });

  const previewing = step === "upload" && flow.job?.state === "done" ? flow.job : undefined;
  const previewRows = useMemo(() => rowsOf(previewing?.findings ?? []), [previewing]);
  const rows = step === "upload" ? previewRows : found.rows;
  const selected = rows.some((r) => r.key === address.finding) ? address.finding : null;
  // While the whole file is in doubt, what follows from the doubt is no finding yet.
  const doubted = rows.some((r) => isSuspicion(r.finding) && !r.finding.waived);
  const mapFindings = useMemo(() => (doubted ? [] : rows.filter((r) => r.finding.place ?? r.finding.outline).map(toMap)), [rows, doubted]);
  const counts = tally(found.rows);

  useEffect(() => {
    const next = writeDesk({ ...address, district: edition?.district ?? address.district, edition: edition?.name ?? address.edition });
    if (next !== location.search) history.replaceState(null, "", next || location.pathname);
  }, [address, edition]);
  useEffect(() => {
    document.title = t("stewardTitle");
  }, [t]);

  function select(key: string | null, goThere: boolean) {
    change({ finding: key });
    const f = goThere ? rows.find((r) => r.key === key)?.finding : undefined;
    if (f) go(`${previewing?.id ?? "finding"} ${key}`, boundsOfFinding(f));
  }
  const open = (e: EditionKey) => {
    setTool("look");
    change({ district: e.district, edition: e.name, step: null, finding: null });
    const there = e.district !== edition?.district && all.find((x) => x.district === e.district && x.name === e.name)?.bbox;
    if (there) go(`district ${e.district}`, there as Bounds);
  };
  function drop(e: Edition) {
    changeEdition(e, "DELETE", "")
      .then(() => {
        queries.setQueryData<Edition[]>(["editions"], (known) => known?.filter((x) => x.district !== e.district || x.name !== e.name));
        change({ edition: "", district: e.district, step: null, finding: null });
        notify({ text: t("dropped", { name: e.name }) });
      })
      .catch((error: unknown) => {
        notify({ text: said(error), kind: "wrong" });
        void queries.invalidateQueries({ queryKey: ["editions"] });
      });
  }

  useKeys({
    p: () => setPanel(!panel),
    "?": () => setHelp(!help),
    Escape: () => (help ? setHelp(false) : tool !== "look" ? setTool("look") : change({ finding: null })),
    "ctrl+z": () => draft && !editing.busy && editing.undo(),
    "ctrl+shift+z": () => draft && !editing.busy && editing.redo(),
  });

  const inForceNow = districts.data?.districts ?? [];
  const activeCounts = countsOf(inForceNow);
  const activeBounds = boundsOf(inForceNow);
  const synthetic = inForceNow.some((d) => d.synthetic) || edition?.synthetic === true;
  const shownEdition = edition && !(edition.name === base) ? edition : undefined;
  const preview = previewing?.bbox ? { id: previewing.id, level: levels.find((l) => l === previewing.level) ?? "grid", bbox: previewing.bbox as Bounds } : null;
  const fitTo = fit ?? (edition?.bbox && !inForceNow.some((d) => d.code === edition.district) ? { key: `edition ${edition.district}`, bbox: edition.bbox as Bounds } : null);
  const previewFit = preview && !fit?.key.startsWith(preview.id) ? { key: `preview ${preview.id}`, bbox: doubted && activeBounds ? together(preview.bbox, activeBounds) : preview.bbox } : null;

  return (
    <>
      {districts.isSuccess && (
        <DeskMap
          palette={palettes[theme.shown]}
          active={{ snapshot: districts.data.snapshot, levels: levels.filter((l) => activeCounts[l]), bounds: activeBounds }}
          draft={shownEdition ? { district: shownEdition.district, name: shownEdition.name, version: shownEdition.version, levels: levelsOf(shownEdition) } : null}
          preview={preview}
          findings={mapFindings}
          selected={selected}
          onSelect={(key) => select(key, false)}
          tool={draft && (step === "findings" || step === "diff") ? tool : "look"}
          level={level}
          busy={editing.busy || !draft}
          onMend={(m) => editing.mend(m)}
          onSplit={(area, line) => setSplit({ area, line })}
          onMerge={(l, keep, gone) =>
            editing.mend({ kind: "merge", level: l as "grid", area: keep.code, other: gone.code }, t("mergedInto", { gone: gone.name || gone.code, keep: keep.name || keep.code }))
          }
          fitTo={previewFit ?? fitTo}
        />
      )}

      {draft && (step === "findings" || step === "diff") && (
        <Toolbar editing={editing} mends={mends.data ?? []} present={levelsOf(draft)} tool={tool} onTool={setTool} level={level} onLevel={setLevel} />
      )}
      <div className="desk-banner">
        <StaleBanner offline={editions.isError} since={undefined} />
      </div>
      {synthetic && <Synthetic className="panel desk-synthetic" />}

      <aside className={panel ? "side panel" : "side panel away"} aria-label={t("steps")}>
        <header className="side-head">
          <h1>{t("steward")}</h1>
          <button type="button" className="icon" aria-expanded={panel} aria-label={t(panel ? "hidePanel" : "showPanel")} title={`${t(panel ? "hidePanel" : "showPanel")} (P)`} onClick={() => setPanel(!panel)}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d={panel ? "M14 6l-6 6 6 6" : "M10 6l6 6-6 6"} />
            </svg>
          </button>
        </header>
        {panel && (
          <>
            {all.length > 0 && <EditionBar editions={all} districts={inForceNow} current={edition} onOpen={open} onDrop={drop} />}
            <Waiting current={edition} onOpen={open} />
            {all.length > 0 && (
              <StepTabs step={step} onStep={(s) => change({ step: s, finding: null })} errors={counts.error} warnings={counts.warning} editable={draft !== undefined} done={edition !== undefined && !draft} />
            )}
            <div className="side-body">
              {editions.isPending ? (
                <Skeleton active paragraph={{ rows: 5 }} />
              ) : editions.isError && all.length === 0 ? (
                <p className="soft">{said(editions.error)}</p>
              ) : step === "upload" ? (
                <>
                  {all.length === 0 && !flow.form && (
                    <div className="welcome">
                      <h2>{t("welcomeTitle")}</h2>
                      <p className="soft">{t("welcomeText")}</p>
                    </div>
                  )}
                  <UploadStep flow={flow} rows={previewRows} selected={selected} onSelect={select} newDistrict={district === ""} newEdition={target.isNew} first={all.length === 0} draft={target.edition} />
                </>
              ) : edition === undefined ? null : step === "findings" ? (
                <>
                  <FindingsStep
                    key={editionPath(edition)}
                    edition={edition}
                    rows={found.rows}
                    pending={found.isPending}
                    more={found.hasNextPage}
                    onMore={() => void found.fetchNextPage()}
                    selected={selected}
                    onSelect={select}
                    editing={draft ? editing : null}
                    onNext={() => change({ step: "diff", finding: null })}
                  />
                  <section className="changes-section">
                    <h2>{t("changesWord")}</h2>
                    <Changes mends={mends.data ?? []} pending={mends.isPending} onPlace={(m) => m.place && go(`mend ${m.id}`, around(m.place))} />
                  </section>
                </>
              ) : step === "diff" ? (
                <DiffStep key={editionPath(edition)} edition={edition} editions={all} onArea={(code, bbox) => go(`area ${code}`, roomy(bbox))} onNext={draft ? () => change({ step: "activate" }) : null} />
              ) : (
                <ActivateStep key={editionPath(edition)} edition={edition} errors={counts.error} warnings={counts.warning} keep={editing.keep} onFindings={() => change({ step: "findings" })} onArea={(code, bbox) => go(`area ${code}`, roomy(bbox))} />
              )}
            </div>
            {edition && step !== "upload" && levelsOf(edition).length > 0 && (
              <div className="side-actions">
                <Button href={`${editionPath(edition)}/report?lang=${i18n.language}`} target="_blank">
                  {t("printReport")}
                </Button>
                <Download key={editionPath(edition)} edition={edition} />
              </div>
            )}
            <DeskFoot theme={theme} help={help} onHelp={setHelp} />
          </>
        )}
      </aside>
      {split && (
        <SplitDialog
          split={split}
          onCancel={() => setSplit(null)}
          onDone={(code, name) => {
            editing.mend({ kind: "split", level: split.area.level as "grid", area: split.area.code, other: code, name, points: split.line }, t("splitDone", { name }));
            setSplit(null);
          }}
        />
      )}
    </>
  );
}

/** Bounds around both, unless they are worlds apart. */
function together(a: Bounds, b: Bounds): Bounds {
  const both: Bounds = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
  return both[2] - both[0] > 20 * (b[2] - b[0]) ? b : both;
}

/** With some room around. */
function roomy([w, s, e, n]: Bounds): Bounds {
  const x = Math.max((e - w) * 0.4, 0.0005);
  const y = Math.max((n - s) * 0.4, 0.0005);
  return [w - x, s - y, e + x, n + y];
}

/** Some hundred metres around a place. */
function around(at: number[]): Bounds {
  const [x = 0, y = 0] = at;
  return [x - 0.002, y - 0.0015, x + 0.002, y + 0.0015];
}
