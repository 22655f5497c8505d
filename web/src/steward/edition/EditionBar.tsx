import { Button, Popconfirm, Select, type SelectProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { District } from "../../api/client";
import { day } from "../../format";
import type { Edition, EditionKey } from "../service";
import { NewDraft } from "./NewDraft";
import { isDraft, statusOf } from "./status";

interface EditionBarProps {
  editions: Edition[];
  districts: District[];
  current: Edition | undefined;
  onOpen: (e: EditionKey) => void;
  onDrop: (e: Edition) => void;
}

/** Which edition is on the desk; a new draft; throwing one away. */
export function EditionBar({ editions, districts, current, onOpen, onDrop }: EditionBarProps) {
  const { t, i18n } = useTranslation();
  const [making, setMaking] = useState(false);
  const now = new Date();
  const nameOf = (code: string) => districts.find((d) => d.code === code)?.name ?? code;
  const keyOf = (e: EditionKey) => `${e.district}/${e.name}`;
  const codes = [...new Set(editions.map((e) => e.district))];
  const option = (e: Edition) => {
    const status = statusOf(e, editions, now);
    const from = e.activations[0]?.valid_from;
    return {
      value: keyOf(e),
      text: e.name,
      label: (
        <span className="edition-option">
          {e.name}
          <span className={`tag ${status}`}>{status === "ahead" && from ? t("aheadFrom", { date: day(from, i18n.language) }) : t(`status_${status}`)}</span>
        </span>
      ),
    };
  };
  const options: SelectProps["options"] =
    codes.length > 1
      ? codes.map((c) => ({ label: <span>{nameOf(c)}</span>, title: nameOf(c), options: editions.filter((e) => e.district === c).map(option) }))
      : editions.map(option);
  return (
    <div className="edition-bar">
      <label className="soft" htmlFor="edition">
        {current ? nameOf(current.district) : t("editionWord")}
      </label>
      <div className="edition-row">
        <Select
          id="edition"
          className="edition-select"
          value={current && keyOf(current)}
          placeholder={t("noEditions")}
          options={options}
          onChange={(key) => {
            const found = editions.find((e) => keyOf(e) === key);
            if (found) onOpen(found);
          }}
        />
        <Button aria-expanded={making} onClick={() => setMaking(!making)} disabled={editions.length === 0}>
          {t("newDraft")}
        </Button>
        {current && isDraft(current) && (
          <Popconfirm title={t("dropDraftAsk", { name: current.name })} okText={t("dropDraft")} cancelText={t("keepDraft")} okButtonProps={{ danger: true }} onConfirm={() => onDrop(current)}>
            <Button aria-label={t("dropDraft")} title={t("dropDraft")} danger type="text" className="square">
              <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d="M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13M10 11v5M14 11v5" />
              </svg>
            </Button>
          </Popconfirm>
        )}
      </div>
      {making && current && (
        <NewDraft
          district={current.district}
          editions={editions}
          onMade={(e) => {
            setMaking(false);
            onOpen(e);
          }}
          onClose={() => setMaking(false)}
        />
      )}
    </div>
  );
}
