import { type ReactNode, useId } from "react";

interface FieldProps {
  label: string;
  hint?: string;
  wrong?: string;
  children: (id: string, describedBy: string | undefined) => ReactNode;
}

/** A label above its control, and below it what is wrong or helps. */
export function Field({ label, hint, wrong, children }: FieldProps) {
  const id = useId();
  const about = wrong ?? hint;
  return (
    <div className="office-field">
      <label htmlFor={id}>{label}</label>
      {children(id, about ? `${id}-about` : undefined)}
      {about && (
        <small id={`${id}-about`} className={wrong ? "wrong" : "soft"} role={wrong ? "alert" : undefined}>
          {about}
        </small>
      )}
    </div>
  );
}
