import { i18n } from "../../i18n";
import { Refusal } from "../../api/client";
import type { Position } from "../../position";
import type { Metres } from "../../reading";

/** Asks the service which degrees the metres of a zone are. Throws a Refusal. */
export async function toDegrees(m: Metres): Promise<Position> {
  const response = await fetch(`/api/v1/coordinates?x=${m.x}&y=${m.y}&crs=EPSG:${m.epsg}`, {
    headers: { "Accept-Language": i18n.language === "en" ? "en" : "zh-CN" },
  }).catch((cause: unknown) => {
    throw new Refusal("offline", i18n.t("offline"), [], { cause });
  });
  const body = (await response.json().catch(() => null)) as { wgs84?: { lon: number; lat: number }; code?: string; detail?: string } | null;
  if (!response.ok || !body?.wgs84) throw new Refusal(body?.code ?? "unknown", body?.detail ?? `HTTP ${response.status}`);
  return { ...body.wgs84, crs: "wgs84" };
}
