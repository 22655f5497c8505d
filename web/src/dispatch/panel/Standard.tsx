import { useTranslation } from "react-i18next";

import type { Case } from "../../cases/queries";
import { limitsOf } from "../act/ClassPicker";
import { useMinors } from "../service";

/** The standard beside the case: when it is filed, when it is closed, how long it may take. */
export function Standard({ of: c }: { of: Case }) {
  const { t } = useTranslation();
  const class_ = c.category;
  const minors = useMinors(c.district, class_?.code ?? "", class_ !== null);
  if (!class_) return <p className="soft">{t("noClass")}</p>;
  const minor = minors.data?.minors?.find((m) => m.kind === class_.kind && m.code === class_.code);
  const conditions = minor?.conditions.filter((x) => !class_.condition || x.filing === class_.condition) ?? [];
  return (
    <div className="standard">
      <p>
        <strong>
          {class_.code} {class_.name}
        </strong>{" "}
        <span className="soft">{[t(`kind_${class_.kind}`), class_.major, class_.edition].filter(Boolean).join(" · ")}</span>
      </p>
      {conditions.length > 0 ? (
        conditions.map((x) => (
          <dl key={x.filing}>
            <dt>{t("filingCondition")}</dt>
            <dd>{x.filing}</dd>
            {x.closing && (
              <>
                <dt>{t("closingCondition")}</dt>
                <dd>{x.closing}</dd>
              </>
            )}
            {limitsOf(x.phases) && (
              <>
                <dt>{t("limit")}</dt>
                <dd>{limitsOf(x.phases)}</dd>
              </>
            )}
          </dl>
        ))
      ) : class_.condition ? (
        <dl>
          <dt>{t("filingCondition")}</dt>
          <dd>{class_.condition}</dd>
          {class_.closing && (
            <>
              <dt>{t("closingCondition")}</dt>
              <dd>{class_.closing}</dd>
            </>
          )}
        </dl>
      ) : null}
    </div>
  );
}
