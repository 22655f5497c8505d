import "./lineage.css";

import { Button, Checkbox, Select, Skeleton, Table, type TableColumnsType } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import type { Link } from "../../api/client";
import type { Level } from "../../map/levels";
import { patch, share } from "../format";
import { byLevel, type Choices, countKinds, keyOf, kindOf, kindsFor, sayKind, turn } from "./choices";

interface LineageSectionProps {
  /** The edition that it follows; "" when it is the first. */
  before: string;
  links: Link[];
  pending: boolean;
  wrong: string;
  choices: Choices;
  onChoices: (c: Choices) => void;
  onPlace: (l: Link) => void;
}

const pageSize = 50;

/** What became of each area: the steward confirms which are the same place and whose ground went where. */
export function LineageSection({ before, links, pending, wrong, choices, onChoices, onPlace }: LineageSectionProps) {
  const { t } = useTranslation();
  const between = links.filter((l) => !l.same_area);
  const facts = links.filter((l) => l.same_area);
  const chosen = between.filter((l) => !choices.off.has(keyOf(l))).length;
  return (
    <section className="lineage" data-testid="lineage" aria-busy={pending}>
      <h2>{t("lineage")}</h2>
      {pending ? (
        <Skeleton active paragraph={{ rows: 3 }} title={false} />
      ) : wrong ? (
        <p className="wrong">{t("lineageFailed", { why: wrong })}</p>
      ) : before === "" ? (
        <p className="soft">{t("lineageFirst")}</p>
      ) : between.length === 0 ? (
        <p className="soft">{t("lineageNone", { before })}</p>
      ) : (
        <>
          <p className="soft">{t("lineageLead", { before })}</p>
          <div className="row-between">
            <span className="soft" aria-live="polite">
              {t("lineageChosen", { n: chosen, total: between.length })}
            </span>
            <span className="lineage-all">
              <Button size="small" disabled={chosen === between.length} onClick={() => onChoices(turn(choices, between, true))}>
                {t("chooseAll")}
              </Button>
              <Button size="small" disabled={chosen === 0} onClick={() => onChoices(turn(choices, between, false))}>
                {t("chooseNone")}
              </Button>
            </span>
          </div>
          {byLevel(between).map(([level, list]) => (
            <details key={level} open>
              <summary>
                {t(`level_${level}`)} <small>{told(countKinds(list, choices), t)}</small>
              </summary>
              <Links level={level} links={list} choices={choices} onChoices={onChoices} onPlace={onPlace} />
            </details>
          ))}
        </>
      )}
      {!pending && facts.length > 0 && (
        <details className="lineage-facts" data-testid="lineage-facts">
          <summary>
            {t("lineageFacts", { n: facts.length })} <small>{told(countKinds(facts), t)}</small>
          </summary>
          <Table
            size="small"
            showHeader={false}
            rowKey={keyOf}
            dataSource={facts}
            columns={[{ render: (_, l: Link) => <Place link={l} onPlace={onPlace} /> }]}
            pagination={facts.length > pageSize ? { pageSize, size: "small", showSizeChanger: false } : false}
          />
        </details>
      )}
    </section>
  );
}

function Links({ level, links, choices, onChoices, onPlace }: { level: Level } & Pick<LineageSectionProps, "links" | "choices" | "onChoices" | "onPlace">) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language;
  const columns: TableColumnsType<Link> = [
    {
      title: <span className="visually-hidden">{t("lineageHolds")}</span>,
      width: 34,
      render: (_, l) => <Checkbox aria-label={l.text} checked={!choices.off.has(keyOf(l))} onChange={(e) => onChoices(turn(choices, [l], e.target.checked))} />,
    },
    {
      title: t("lineageWhat"),
      render: (_, l) => (
        <div className={choices.off.has(keyOf(l)) ? "lineage-off" : ""}>
          <Place link={l} onPlace={onPlace} />
          <div className="lineage-kind">
            <Select
              size="small"
              aria-label={t("lineageKind", { what: l.text })}
              value={kindOf(l, choices)}
              disabled={choices.off.has(keyOf(l))}
              onChange={(kind) => onChoices(sayKind(choices, l, kind))}
              options={kindsFor(l.kind).map((kind) => ({ value: kind, label: t(`kind_${kind}`) }))}
            />
            {choices.off.has(keyOf(l)) && <small>{t(l.kind === "recode" ? "lineageApart" : "lineageSkipped")}</small>}
          </div>
        </div>
      ),
    },
    {
      title: t("lineageShared"),
      align: "right",
      width: 104,
      render: (_, l) => (
        <span className="figures">
          {patch(l.shared_m2, lang)}
          <small>{t("lineageOfFrom", { share: share(l.share_from, lang) })}</small>
          <small>{t("lineageOfTo", { share: share(l.share_to, lang) })}</small>
        </span>
      ),
    },
  ];
  return (
    <Table
      size="small"
      aria-label={t(`level_${level}`)}
      rowKey={keyOf}
      columns={columns}
      dataSource={links}
      pagination={links.length > pageSize ? { pageSize, size: "small", showSizeChanger: false } : false}
    />
  );
}

/** What happened, in a sentence that leads to the place. */
function Place({ link, onPlace }: { link: Link; onPlace: (l: Link) => void }) {
  return (
    <button type="button" className="area-link" onClick={() => onPlace(link)}>
      <span>{link.text}</span>
    </button>
  );
}

function told(counts: ReturnType<typeof countKinds>, t: TFunction): string {
  return counts.map(([kind, n]) => t("timeCount", { kind: t(`kind_${kind}`), n })).join(t("listComma"));
}
