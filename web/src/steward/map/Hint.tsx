/** One sentence at the bottom left: what to do now. */
export function Hint({ children, kind = "plain" }: { children: string; kind?: "plain" | "busy" | "wrong" }) {
  return (
    <p className={`steward-map-hint ${kind}`} role="status" data-testid="map-hint">
      {children}
    </p>
  );
}
