import "./dialog.css";

import { type ReactNode, useEffect, useRef } from "react";

import { Close } from "./Close";

/** A dialog over the page: Esc and a click beside it close it. */
export function Dialog({ title, children, onClose }: { title: string; children: ReactNode; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog panel"
      aria-label={title}
      onClose={onClose}
      onClick={(e) => e.target === dialog.current && onClose()}
      onKeyDown={(e) => {
        e.stopPropagation(); // the keys of the page wait
        if (e.key !== "Escape") return;
        e.preventDefault(); // the browser would close it later
        onClose();
      }}
    >
      <div className="dialog-body">
        <header>
          <h2>{title}</h2>
          <Close onClose={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
