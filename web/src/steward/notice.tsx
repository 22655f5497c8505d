import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

/** One sentence about what just happened, with a way back where there is one. */
export interface Notice {
  text: string;
  kind?: "done" | "wrong";
  action?: { label: string; run: () => void };
}

const Context = createContext<(n: Notice | null) => void>(() => undefined);

/** Says something to the user; null takes it back. */
export const useNotify = () => useContext(Context);

const shownFor = { done: 7_000, wrong: 14_000 };

/** Shows the newest notice above the map; it goes by itself. */
export function NoticeProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [notice, setNotice] = useState<{ said: Notice; n: number } | null>(null);
  const notify = useCallback((said: Notice | null) => setNotice((before) => said && { said, n: (before?.n ?? 0) + 1 }), []);
  const kind = notice?.said.kind ?? "done";
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setNotice(null), shownFor[kind]);
    return () => clearTimeout(timer);
  }, [notice, kind]);
  return (
    <Context.Provider value={useMemo(() => notify, [notify])}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notice && (
          <div className={`notice panel ${kind}`} key={notice.n} data-testid="notice">
            <span>{notice.said.text}</span>
            {notice.said.action && (
              <button
                type="button"
                className="link"
                onClick={() => {
                  notice.said.action?.run();
                  setNotice(null);
                }}
              >
                {notice.said.action.label}
              </button>
            )}
            <button type="button" className="notice-close" aria-label={t("close")} onClick={() => setNotice(null)}>
              ✕
            </button>
          </div>
        )}
      </div>
    </Context.Provider>
  );
}
