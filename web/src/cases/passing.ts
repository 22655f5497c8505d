import { Refusal } from "../api/client";

const codes = ["offline", "too_many_requests", "not_ready", "overloaded", "database_unavailable", "not_replicated", "identity_unsure", "offset_differs", "photo_busy", "too_many_photos", "photo_store_away"];

/** What may be over in a while: no line, too much at once, a service that restarts. Whoever sends tries again. */
export function passing(error: unknown): boolean {
  return error instanceof Refusal && codes.includes(error.code);
}
