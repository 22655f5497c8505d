import { type ReactNode, useId } from "react";

interface FieldProps {
  label: string;
  hint?: string;
  wrong?: string;
  children: (id: string) => ReactNode;
}

/** A label above its control, and below it what is wrong or helps. */
export function Field({ label, hint, wrong, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {(wrong ?? hint) && <small className={wrong ? "wrong" : "soft"}>{wrong ?? hint}</small>}
    </div>
  );
}
