import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useEffectEvent, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { api, ask } from "../api/client";
import { placeMenu } from "./placement";
import type { Asked } from "./press";

interface PlaceMenuProps {
  asked: Asked;
  onWhose: () => void;
  onHistory: () => void;
  onMeasure: () => void;
  onCopy: (text: string) => void;
  onClose: () => void;
}

/** The menu of a place: beside the pointer at a desk, from below on a phone. */
export function PlaceMenu({ asked, onWhose, onHistory, onMeasure, onCopy, onClose }: PlaceMenuProps) {
  const { t, i18n } = useTranslation();
  const menu = useRef<HTMLDivElement>(null);
  const [lon, lat] = asked.place;
  const degrees = (x: number, y: number) => `${Math.round(x * 1e6) / 1e6}, ${Math.round(y * 1e6) / 1e6}`;
  const metresOf = (v: number) => Math.round(v * 100) / 100;
  const found = useQuery({
    queryKey: ["coordinates", lon, lat, i18n.language],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/coordinates", { params: { query: { x: lon, y: lat } }, signal })),
    retry: false,
  });
  const { gcj02, projected } = found.data ?? {};
  const missing = found.isPending ? "…" : "—";
  const zone = projected && /\d+°E/.exec(projected.name)?.[0].replace("°E", "");

  const { x, y } = asked.at;
  useLayoutEffect(() => {
    const box = menu.current;
    if (!box) return;
    const p = placeMenu({ x, y }, { width: box.offsetWidth, height: box.offsetHeight }, { width: window.innerWidth, height: window.innerHeight });
    box.style.setProperty("--x", `${p.x}px`);
    box.style.setProperty("--y", `${p.y}px`);
  }, [x, y]);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    menu.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    return () => {
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const close = useEffectEvent(onClose);
  useEffect(() => {
    const outside = (e: Event) => {
      if (!menu.current?.contains(e.target as Node)) close();
    };
    const leave = () => close();
    const ended = new AbortController();
    const { signal } = ended;
    window.addEventListener("pointerdown", outside, { capture: true, signal });
    window.addEventListener("wheel", outside, { capture: true, passive: true, signal });
    window.addEventListener("resize", leave, { signal });
    window.addEventListener("blur", leave, { signal });
    return () => ended.abort();
  }, []);

  const onKeyDown = (e: KeyboardEvent) => {
    if (!e.ctrlKey && !e.metaKey && !e.altKey) e.stopPropagation(); // the page's keys wait
    const items = [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const here = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[e.key];
    if (to !== undefined) items.at(to >= items.length ? 0 : to)?.focus();
    else if (e.key === "Escape" || e.key === "Tab") onClose();
    else return;
    e.preventDefault();
  };
  const row = (label: string, act: () => void, value?: string, note?: string | null) => (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      aria-disabled={value === missing}
      onClick={() => {
        if (value === missing) return;
        onClose();
        act();
      }}
    >
      <span>
        {label}
        {note && <small>{note}</small>}
      </span>
      {value && <code>{value}</code>}
    </button>
  );
  const copy = (label: string, text: string | undefined, note?: string | null) => row(label, () => text && onCopy(text), text ?? missing, note);
  return (
    <div className="place-backdrop">
      <span className="place-mark" style={{ left: x, top: y }} aria-hidden="true" />
      <div ref={menu} className="place-menu panel" role="menu" aria-label={t("menu_label")} data-testid="place-menu" onKeyDown={onKeyDown} onContextMenu={(e) => e.preventDefault()}>
        {row(t("menu_whose"), onWhose)}
        {row(t("menu_history"), onHistory)}
        {row(t("menu_measure"), onMeasure)}
        <div role="group" aria-labelledby="place-copy">
          <p id="place-copy">{t("menu_copy")}</p>
          {copy("WGS-84", degrees(lon, lat))}
          {copy("GCJ-02", gcj02 && degrees(gcj02.lon, gcj02.lat))}
          {copy(t("menu_projected"), projected ? `${metresOf(projected.east)}, ${metresOf(projected.north)}` : undefined, projected ? t("menu_zone", { cm: zone, code: projected.crs }) : found.data ? t("menu_no_zone") : "…")}
        </div>
      </div>
    </div>
  );
}
