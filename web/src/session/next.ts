/** Where to go after signing in: a path of this service, and of no other. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  return /^\/(?![/\\])[^\\]*$/.test(next) ? next : "/";
}
