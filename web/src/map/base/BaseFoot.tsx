import "./base.css";

import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { BaseMap } from "./baseMaps";
import { useFailing } from "./failing";

/** Whose the base map is, and the number of its review; both have to be seen with it. */
export function BaseFoot({ base }: { base: BaseMap }) {
  const { t } = useTranslation();
  const failing = useFailing(base.id);
  const foot = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const { style } = document.documentElement; // on a phone what floats above makes room for it
    const sizes = new ResizeObserver(() => style.setProperty("--base-foot", `${foot.current?.offsetHeight ?? 0}px`));
    if (foot.current) sizes.observe(foot.current);
    return () => sizes.disconnect();
  }, []);
  const said = [base.attribution || base.label, base.review && t("baseMapReview", { number: base.review })].filter(Boolean).join(" · ");
  return (
    <p ref={foot} className="base-foot" data-testid="base-foot" title={said}>
      <span role="status">{failing && <b>{t("baseMapFailed")}</b>}</span>
      {said}
    </p>
  );
}
