import { Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Case } from "../../cases/queries";
import { clock as when } from "../../format";

/** A picture, or a quiet square where it cannot be had. */
export function Photo({ src, alt }: { src: string; alt: string }) {
  const [broken, setBroken] = useState(false);
  return broken ? <span className="photo-broken" role="img" aria-label={alt} /> : <img src={src} alt={alt} loading="lazy" onError={() => setBroken(true)} />;
}

/** The photographs of a case, and one large with the arrow keys to go on. */
export function Photos({ of }: { of: Case["photos"] }) {
  const { t, i18n } = useTranslation();
  const [at, setAt] = useState<number | null>(null);
  if (of.length === 0) return <p className="soft">{t("noPhotos")}</p>;
  const shown = at === null ? undefined : of[at];
  const word = (p: Case["photos"][number]) => t(`photo_${p.kind}`);
  const step = (by: number) => setAt((n) => (n === null ? n : (n + by + of.length) % of.length));
  return (
    <>
      <ul className="photos" aria-label={t("photos")}>
        {of.map((p, i) => (
          <li key={p.id}>
            <button type="button" onClick={() => setAt(i)} aria-label={t("photoOpen", { kind: word(p) })}>
              <Photo src={p.thumbnail} alt={word(p)} />
              <span>{word(p)}</span>
            </button>
          </li>
        ))}
      </ul>
      <Modal
        open={shown !== undefined}
        onCancel={() => setAt(null)}
        footer={null}
        width="min(960px, 96vw)"
        title={shown && [word(shown), shown.taken && when(shown.taken, i18n.language)].filter(Boolean).join(" · ")}
        destroyOnHidden
      >
        {shown && (
          <div
            className="photo-large"
            onKeyDown={(e) => {
              if (e.key === "ArrowLeft" || e.key === "ArrowRight") step(e.key === "ArrowLeft" ? -1 : 1);
            }}
          >
            <Photo key={shown.id} src={shown.url} alt={word(shown)} />
            {of.length > 1 && (
              <p>
                <button type="button" className="quiet" onClick={() => step(-1)}>
                  {t("photoBefore")}
                </button>
                {(at ?? 0) + 1} / {of.length}
                <button type="button" className="quiet" onClick={() => step(1)}>
                  {t("photoNext")}
                </button>
              </p>
            )}
          </div>
        )}
      </Modal>
    </>
  );
}
