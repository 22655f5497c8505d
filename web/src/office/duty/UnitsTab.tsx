import "./duty.css";

import { Button, Drawer, Skeleton, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "../../session/session";
import { said } from "../../steward/service";
import { Mark } from "../Mark";
import { useWider } from "../where";
import { DistrictPick, useDistrict } from "./District";
import { type Unit, useUnits } from "./queries";
import { UnitForm } from "./UnitForm";

/** The units that cases are sent to. */
export function UnitsTab({ me }: { me: Me }) {
  const { t } = useTranslation();
  const of = useDistrict();
  const found = useUnits(of.district);
  const narrow = !useWider(900);
  const [open, setOpen] = useState<string | null>(null); // an id, or "new"
  const mayWrite = me.may.includes("settings");
  const units = found.data ?? [];
  const chosen = units.find((u) => u.id === open);

  const columns: TableColumnsType<Unit> = [
    {
      title: t("unitName"),
      width: narrow ? undefined : "30%",
      render: (_, u) => (
        <>
          {mayWrite ? (
            <button type="button" className="person-link" onClick={() => setOpen(u.id)}>
              {u.name}
            </button>
          ) : (
            <b>{u.name}</b>
          )}
          {narrow && <small className="duty-under">{[t(`unitKind_${u.kind}`), t("unitMembersN", { n: u.member_count }), u.phone].filter(Boolean).join(" · ")}</small>}
        </>
      ),
    },
    { title: t("keyState"), width: narrow ? 110 : "10%", render: (_, u) => <UnitState unit={u} /> },
    ...(narrow
      ? []
      : ([
          { title: t("unitKind"), width: "20%", render: (_, u) => [t(`unitKind_${u.kind}`), u.area?.name].filter(Boolean).join(" · ") },
          { title: t("unitPhone"), width: "15%", render: (_, u) => (u.phone ? <a className="quiet-link" href={`tel:${u.phone}`}>{u.phone}</a> : "–") },
          {
            title: t("unitMembers"),
            width: "25%",
            render: (_, u) => (u.members.length > 0 && u.members.length === u.member_count && u.member_count <= 3 ? u.members.map((m) => m.name).join(t("listComma")) : u.member_count ? t("unitMembersN", { n: u.member_count }) : "–"),
          },
        ] satisfies TableColumnsType<Unit>)),
  ];
  const add = mayWrite && (
    <Button type="primary" disabled={!of.district} onClick={() => setOpen("new")}>
      {t("addUnit")}
    </Button>
  );
  return (
    <div className="office-page">
      <div className="office-filters">
        <p className="soft office-lead">{of.none ? t("noBoundariesYet") : t("unitsLead")}</p>
        <span className="office-filters-rest">
          <DistrictPick of={of} />
          {units.length > 0 && add}
        </span>
      </div>
      <div className="office-scroll">
        {found.isError ? (
          <div className="office-plain">
            <p className="wrong">{said(found.error)}</p>
            <Button onClick={() => void found.refetch()}>{t("retry")}</Button>
          </div>
        ) : found.isPending ? (
          !of.none && <Skeleton active className="office-wait" />
        ) : units.length === 0 ? (
          <div className="office-plain">
            <h2>{t("noUnits")}</h2>
            <p>{t("noUnitsHint")}</p>
            {add}
          </div>
        ) : (
          <Table size="small" tableLayout="fixed" className="office-table keys-table duty-table" rowKey="id" columns={columns} dataSource={units} pagination={false} rowClassName={(u) => (u.disabled ? "off" : "")} />
        )}
      </div>
      {open && (open === "new" || chosen) && (
        <Drawer open title={chosen?.name ?? t("addUnit")} size={Math.min(520, window.innerWidth)} onClose={() => setOpen(null)} destroyOnHidden>
          <UnitForm key={`${open} ${chosen?.version ?? 0}`} district={of.district} unit={chosen} onDone={() => setOpen(null)} />
        </Drawer>
      )}
    </div>
  );
}

function UnitState({ unit }: { unit: Unit }) {
  const { t } = useTranslation();
  return unit.disabled ? <Mark kind="off" tone="quiet">{t("unitState_off")}</Mark> : <Mark kind="good" tone="good">{t("unitState_on")}</Mark>;
}
