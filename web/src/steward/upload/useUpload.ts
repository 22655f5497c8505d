import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ask, Refusal } from "../../api/client";
import { type Import, type Look, said, send } from "../service";
import { fileFault, type Form, firstForm, layersIn, requestOf, type Target, worthSending } from "./request";
import { type Progress, transfer } from "./transfer";

const pollEvery = 500;
const over = (j: Import | undefined) => j !== undefined && ["done", "failed", "cancelled"].includes(j.state);

/** From files to a draft, step by step. Lives as long as the desk, so that looking elsewhere loses nothing. */
export function useUpload(target: Target, onStored: (j: Import) => void) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [names, setNames] = useState<string[]>([]);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [upload, setUpload] = useState<string | null>(null);
  const [form, setForm] = useState<Form | null>(null);
  const [job, setJob] = useState<{ id: string; commit: boolean } | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [layers, setLayers] = useState<string[] | null>(null);
  const stop = useRef<AbortController | null>(null);

  const lookKey = ["look", upload, form?.layer ?? "", form?.charset ?? "", i18n.language];
  const look = useQuery({
    queryKey: lookKey,
    queryFn: () => readLook(upload ?? "", form?.layer ?? "", form?.charset ?? ""),
    enabled: upload !== null && form !== null,
    placeholderData: (before) => before,
    retry: false,
  });
  const shown = useQuery({
    queryKey: ["import", job?.id, i18n.language],
    queryFn: () => ask(api.GET("/api/v1/imports/{id}", { params: { path: { id: job?.id ?? "" } } })),
    enabled: job !== null,
    refetchInterval: (q) => (over(q.state.data) ? false : pollEvery),
    retry: 2,
  });

  function reset() {
    stop.current?.abort();
    if (upload) void send("DELETE", `/api/v1/uploads/${upload}`).catch(() => undefined); // it expires by itself
    setNames([]);
    setProgress(null);
    setUpload(null);
    setForm(null);
    setJob(null);
    setWrong(null);
    setLayers(null);
  }

  const stored = job?.commit && shown.data?.committed ? shown.data : null;
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (!stored || told.current === stored.id) return;
    told.current = stored.id;
    onStored(stored);
    reset();
  });

  async function choose(all: File[]) {
    reset();
    const files = all.filter((f) => worthSending(f.name));
    const fault = fileFault(files.map((f) => f.name));
    if (fault) return setWrong(t(`file_${fault}`, { names: all.map((f) => f.name).join("、") }));
    const control = new AbortController();
    stop.current = control;
    setNames(files.map((f) => f.name));
    setProgress({ sent: 0, total: files.reduce((n, f) => n + f.size, 0), rate: 0 });
    try {
      const id = await transfer(files, control.signal, setProgress);
      setUpload(id);
      setProgress(null);
      await lookInto(id, "");
    } catch (e) {
      setProgress(null);
      setUpload(null);
      if (e instanceof Refusal && e.code === "cancelled") setWrong(null);
      else setWrong(said(e));
    }
  }

  /** Says what is in an upload; asks which layer is meant where there are several. */
  async function lookInto(id: string, layer: string) {
    setLayers(null);
    try {
      const found = await readLook(id, layer, "");
      queries.setQueryData(["look", id, layer, "", i18n.language], found);
      setForm({ ...firstForm(found, target), layer });
    } catch (e) {
      if (!(e instanceof Refusal && e.code === "which_layer")) throw e;
      setLayers(layersIn(e.detail));
    }
  }

  /** Reads the files: to look at the result, or to keep it. */
  async function read(f: Form, commit: boolean) {
    if (!upload) return;
    setForm(f);
    setWrong(null);
    setBusy(true);
    try {
      const began = await send<Import>("POST", "/api/v1/imports", requestOf(f, upload, commit));
      setJob({ id: began.id, commit });
    } catch (e) {
      setWrong(said(e));
    } finally {
      setBusy(false);
    }
  }

  async function cancel() {
    if (!job) return;
    await send("DELETE", `/api/v1/imports/${job.id}`).catch(() => undefined); // over already
    setJob(null);
  }

  return {
    names,
    progress,
    looking: upload !== null && form === null && layers === null,
    layers,
    chooseLayer: (layer: string) => {
      if (upload) lookInto(upload, layer).catch((e: unknown) => setWrong(said(e)));
    },
    look: look.data,
    lookWrong: look.isError ? said(look.error) : null,
    form,
    setForm,
    job: job ? shown.data : undefined,
    running: busy || (job !== null && !over(shown.data) && !shown.isError),
    committing: job?.commit ?? false,
    wrong: wrong ?? (shown.isError && job ? said(shown.error) : null),
    choose,
    abort: () => stop.current?.abort(),
    read,
    cancel,
    reset,
    /** Back to the choices, for another try. */
    again: () => setJob(null),
  };
}

export type UploadFlow = ReturnType<typeof useUpload>;

function readLook(id: string, layer: string, charset: string): Promise<Look> {
  const q = new URLSearchParams();
  if (layer) q.set("layer", layer);
  if (charset) q.set("charset", charset);
  return send<Look>("GET", `/api/v1/uploads/${id}?${q.toString()}`);
}
