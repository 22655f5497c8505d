import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { Reason } from "../findings/Reason";
import { readable } from "../format";
import type { Finding, Proposal } from "../service";

interface SuspicionProps {
  finding: Finding;
  busy: boolean;
  onReread: (p: Proposal) => void;
  onWaive: (reason: string) => void;
}

/** A doubt about the whole file, said before anything else: why, and one button that settles it. */
export function Suspicion({ finding: f, busy, onReread, onWaive }: SuspicionProps) {
  const { t, i18n } = useTranslation();
  const label = (p: Proposal) => {
    const key = `short_${p.crs}`;
    const crs = i18n.exists(key) ? t(key) : p.crs;
    if (p.crs) return t(p.swap_axes ? "rereadSwapped" : "rereadAs", { crs });
    return p.text;
  };
  return (
    <section className="suspicion" role="alert" data-testid="suspicion">
      <h3>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 3 2.500 20h19zM12 10v4.500M12 17.200v.1" />
        </svg>
        {f.title}
      </h3>
      <p>{readable(f.text, i18n.language)}</p>
      <div className="remedies">
        {f.mends
          .filter((p) => p.kind === "reread")
          .map((p, i) => (
            <Button key={p.text} type={i === 0 ? "primary" : "default"} disabled={busy} onClick={() => onReread(p)}>
              {label(p)}
            </Button>
          ))}
        {f.waivable && <Reason label={t("waiveSuspicion")} disabled={busy} onReason={onWaive} />}
      </div>
    </section>
  );
}
