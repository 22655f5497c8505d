import { useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Drawer, Input, Popconfirm, Skeleton, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useNotify } from "../../steward/notice";
import { said } from "../../steward/service";
import { actorWord, actWord } from "../audit/words";
import { Field } from "../Field";
import { isoDay, lastDayOf, moment } from "../format";
import { Mark } from "../Mark";
import { Once } from "../OneTimeLink";
import { type AreaChoice, AreaPick } from "../people/AreaPick";
import { FormWrong } from "../people/PersonFields";
import { useKeys, useNames } from "../queries";
import { isStale, type Key, writeOnce } from "../service";
import { useWider } from "../where";
import { useSubmit } from "../useSubmit";

const longestLife = 400; // days

const stateOf = (k: Key, now: Date) => (k.revoked ? "revoked" : new Date(k.until) <= now ? "expired" : "present");

/** The keys by which programs come in. */
export function KeysTab() {
  const { t, i18n } = useTranslation();
  const found = useKeys();
  const narrow = !useWider(900);
  const [making, setMaking] = useState(false);
  const [now] = useState(() => new Date());
  const keys = (found.data?.pages ?? []).flatMap((p) => p.keys);
  const able = found.data?.pages[0]?.able ?? [];
  const names = useNames(keys.map((k) => k.maker ?? ""), []);
  const lang = i18n.language;

  const columns: TableColumnsType<Key> = [
    {
      title: t("keyName"),
      width: narrow ? undefined : 180,
      render: (_, k) => (
        <b className="key-name">
          {k.name}
          {narrow && <small>{k.actions.map((a) => actWord(a, t)).join(t("listComma"))}</small>}
        </b>
      ),
    },
    { title: t("keyState"), width: 96, render: (_, k) => <KeyState state={stateOf(k, now)} /> },
    ...(narrow
      ? []
      : ([
          { title: t("keyMay"), render: (_, k) => <span className="key-acts">{k.actions.map((a) => actWord(a, t)).join(t("listComma"))}</span> },
          { title: t("postArea"), width: 150, render: (_, k) => (k.area ? (k.area.name ?? t("areaGone")) : t("everyDistrict")) },
          { title: t("keyMaker"), width: 140, render: (_, k) => (k.maker ? (names.get(k.maker) ?? "…") : actorWord("operator:", t).trim()) },
        ] satisfies TableColumnsType<Key>)),
    {
      title: t("keyUntil"),
      width: narrow ? 110 : 170,
      render: (_, k) => (k.revoked ? t("keyRevokedAt", { at: moment(k.revoked, lang) }) : lastDayOf(k.until, lang)),
    },
    { title: <span className="visually-hidden">{t("keyRevoke")}</span>, width: 90, align: "right", render: (_, k) => stateOf(k, now) === "present" && <Revoke k={k} /> },
  ];
  return (
    <div className="office-page">
      <div className="office-filters">
        <p className="soft office-lead">{t("keysLead")}</p>
        <span className="office-filters-rest">
          <Button type="primary" disabled={!found.isSuccess} onClick={() => setMaking(true)}>
            {t("makeKey")}
          </Button>
        </span>
      </div>
      <div className="office-scroll">
        {found.isPending ? (
          <Skeleton active className="office-wait" />
        ) : found.isError ? (
          <div className="office-plain">
            <p className="wrong">{said(found.error)}</p>
            <Button onClick={() => void found.refetch()}>{t("retry")}</Button>
          </div>
        ) : keys.length === 0 ? (
          <div className="office-plain" data-testid="keys-empty">
            <h2>{t("noKeys")}</h2>
            <p>{t("noKeysHint")}</p>
            <Button type="primary" onClick={() => setMaking(true)}>
              {t("makeKey")}
            </Button>
          </div>
        ) : (
          <Table size="small" className="office-table keys-table" rowKey="id" columns={columns} dataSource={keys} pagination={false} rowClassName={(k) => (stateOf(k, now) === "present" ? "" : "off")} />
        )}
        {found.hasNextPage && (
          <footer className="office-count">
            <Button size="small" aria-busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t("more")}
            </Button>
          </footer>
        )}
      </div>
      {making && <MakeKey able={able} onClose={() => setMaking(false)} />}
    </div>
  );
}

function KeyState({ state }: { state: ReturnType<typeof stateOf> }) {
  const { t } = useTranslation();
  const word = t(`keyState_${state}`);
  if (state === "present") return <Mark kind="good" tone="good">{word}</Mark>;
  return <Mark kind={state === "revoked" ? "off" : "wait"} tone="quiet">{word}</Mark>;
}

/** A key cannot be taken into use again, so it is asked about. */
function Revoke({ k }: { k: Key }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const notify = useNotify();
  async function revoke() {
    try {
      await writeOnce("DELETE", `/api/v1/keys/${k.id}`, undefined, { "If-Match": `"${k.version}"` });
      notify({ text: t("keyRevoked", { name: k.name }) });
    } catch (error) {
      notify({ text: isStale(error) ? t("keyStale") : said(error), kind: "wrong" });
    }
    void queries.invalidateQueries({ queryKey: ["keys"] });
  }
  return (
    <Popconfirm title={t("keyRevokeAsk", { name: k.name })} description={t("keyRevokeText")} okText={t("keyRevoke")} cancelText={t("officeCancel")} okButtonProps={{ danger: true }} onConfirm={() => void revoke()}>
      <Button size="small" danger>
        {t("keyRevoke")}
      </Button>
    </Popconfirm>
  );
}

function MakeKey({ able, onClose }: { able: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [actions, setActions] = useState<string[]>([]);
  const [area, setArea] = useState<AreaChoice | null>(null);
  const [days] = useState(() => ({ first: isoDay(), usual: isoDay(365), last: isoDay(longestLife - 1) }));
  const [until, setUntil] = useState(days.usual);
  const [made, setMade] = useState<Key | null>(null);

  const { busy, error, submit } = useSubmit(async () => {
    const key = await writeOnce<Key>("POST", "/api/v1/keys", { name, actions, until, ...(area ? { district: area.district, level: area.level, area: area.code } : {}) });
    void queries.invalidateQueries({ queryKey: ["keys"] });
    setMade(key);
  });
  return (
    <Drawer open title={t("makeKey")} size={Math.min(520, window.innerWidth)} onClose={onClose} mask={{ closable: !made }} destroyOnHidden>
      {made ? (
        <div className="office-form">
          <p className="office-done">{t("keyMade", { name: made.name })}</p>
          {made.secret ? (
            <Once title={t("keySecret")} text={made.secret} testid="key-secret">
              <p className="office-warning">{t("keySecretOnce")}</p>
              <pre className="office-code">{`curl -H "Authorization: Bearer ${made.secret}" \\\n  "${location.origin}/api/v1/districts"`}</pre>
            </Once>
          ) : (
            <p className="wrong">{t("keySecretLost")}</p>
          )}
          <div className="office-actions">
            <Button onClick={onClose}>{t("keyKept")}</Button>
          </div>
        </div>
      ) : (
        <form className="office-form" aria-label={t("makeKey")} onSubmit={submit}>
          <Field label={t("keyName")} hint={t("keyNameHint")}>
            {(id) => <Input id={id} required autoFocus autoComplete="off" value={name} onChange={(e) => setName(e.target.value)} />}
          </Field>
          <fieldset className="key-able">
            <legend>{t("keyMay")}</legend>
            <Checkbox.Group value={actions} onChange={(a) => setActions(a)} options={able.map((a) => ({ value: a, label: actWord(a, t) }))} />
            <small className="soft">{t("keyMayHint")}</small>
          </fieldset>
          <Field label={t("keyArea")} hint={t("keyAreaHint")}>
            {(id) => <AreaPick id={id} value={area} usual="district" everywhere onChange={setArea} />}
          </Field>
          <Field label={t("lastDay")} hint={t("keyUntilHint", { n: longestLife })}>
            {(id) => <Input id={id} type="date" required min={days.first} max={days.last} value={until} onChange={(e) => setUntil(e.target.value)} />}
          </Field>
          <FormWrong error={error} fields />
          <div className="office-actions">
            <Button type="primary" htmlType="submit" aria-busy={busy} disabled={actions.length === 0}>
              {t("makeKey")}
            </Button>
            <Button onClick={onClose}>{t("officeCancel")}</Button>
          </div>
        </form>
      )}
    </Drawer>
  );
}
