import type { AreaKey } from "./address";
import type { Answer } from "./api/client";

/** The finest area of an answer. */
export function ownerOf(a: Answer | undefined): AreaKey | null {
  if (!a?.covered || !a.district) return null;
  const district = a.district.code;
  if (a.grid) return { district, level: "grid", code: a.grid.code };
  if (a.community) return { district, level: "community", code: a.community.code };
  if (a.subdistrict) return { district, level: "subdistrict", code: a.subdistrict.code };
  return { district, level: "district", code: district };
}
