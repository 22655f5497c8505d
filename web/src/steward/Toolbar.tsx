import { Button, InputNumber, Popover, Segmented, Select, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Level, levels } from "../map/levels";
import type { Editing } from "./editing";
import type { Tool } from "./map/StewardMap";
import type { Mend } from "./service";

interface ToolbarProps {
  editing: Editing;
  mends: Mend[];
  present: Level[];
  tool: Tool;
  onTool: (t: Tool) => void;
  level: Level;
  onLevel: (l: Level) => void;
}

const tools: Tool[] = ["look", "vertex", "split", "merge"];
const splittable: Level[] = ["subdistrict", "community", "grid"];

/** What can be done to the borders of a draft, above the map. */
export function Toolbar({ editing, mends, present, tool, onTool, level, onLevel }: ToolbarProps) {
  const { t } = useTranslation();
  const canUndo = mends.some((m) => !m.undone && !m.closed);
  const canRedo = mends.some((m) => m.undone && !m.closed);
  const choices = levels.filter((l) => splittable.includes(l) && present.includes(l));
  return (
    <div className="toolbar panel" role="toolbar" aria-label={t("tools")}>
      <Tooltip title={`${t("undo")} (Ctrl+Z)`}>
        <Button type="text" aria-label={t("undo")} disabled={!canUndo || editing.busy} onClick={editing.undo} icon={<Glyph d="M9 14 4 9l5-5M4 9h9a6.500 6.500 0 0 1 0 13h-2" />} />
      </Tooltip>
      <Tooltip title={`${t("redo")} (Ctrl+Shift+Z)`}>
        <Button type="text" aria-label={t("redo")} disabled={!canRedo || editing.busy} onClick={editing.redo} icon={<Glyph d="m15 14 5-5-5-5M20 9h-9a6.500 6.500 0 0 0 0 13h2" />} />
      </Tooltip>
      <span className="divider" />
      <Segmented value={tool} onChange={onTool} options={tools.map((x) => ({ value: x, label: t(`tool_${x}`), title: t(`toolHint_${x}`) }))} />
      {(tool === "split" || tool === "merge") && (
        <Select size="small" aria-label={t("levelField")} value={level} onChange={onLevel} options={choices.map((l) => ({ value: l, label: t(`level_${l}`) }))} />
      )}
      <span className="divider" />
      <SnapButton editing={editing} />
    </div>
  );
}

/** Draws borders together that lie closer than some metres. */
function SnapButton({ editing }: { editing: Editing }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [metres, setMetres] = useState<number | null>(0.5);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      content={
        <form
          className="stack snap"
          onSubmit={(e) => {
            e.preventDefault();
            if (!metres) return;
            setOpen(false);
            editing.mend({ kind: "snap", metres });
          }}
        >
          <p>{t("snapLead")}</p>
          <div className="actions">
            <InputNumber aria-label={t("snapMetres")} min={0.05} max={50} step={0.1} value={metres} onChange={setMetres} suffix={t("metre")} />
            <Button type="primary" htmlType="submit" disabled={!metres || editing.busy}>
              {t("snapDo")}
            </Button>
          </div>
        </form>
      }
    >
      <Button type="text">{t("snap")}</Button>
    </Popover>
  );
}

export function Glyph({ d }: { d: string }) {
  return (
    <svg className="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}
