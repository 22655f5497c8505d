import { Button, Progress as Bar } from "antd";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { megabytes } from "../format";
import { accepted } from "./request";
import type { UploadFlow } from "./useUpload";

/** Where files are dropped or chosen, and how far they have come. */
export function DropZone({ flow }: { flow: UploadFlow }) {
  const { t, i18n } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  function drop(e: DragEvent) {
    e.preventDefault();
    setOver(false);
    if (e.dataTransfer.files.length > 0) void flow.choose([...e.dataTransfer.files]);
  }

  if (flow.layers) {
    return (
      <div className="sending stack" data-testid="layers">
        <p>{t("whichLayer")}</p>
        <div className="remedies">
          {flow.layers.map((layer) => (
            <Button key={layer} onClick={() => flow.chooseLayer(layer)}>
              {layer}
            </Button>
          ))}
        </div>
        <div>
          <Button type="link" onClick={flow.reset}>
            {t("otherFile")}
          </Button>
        </div>
      </div>
    );
  }
  if (flow.progress || flow.looking) {
    const p = flow.progress;
    return (
      <div className="sending" data-testid="sending">
        <p className="names">{flow.names.join("、")}</p>
        <Bar percent={p ? Math.floor((p.sent / Math.max(1, p.total)) * 100) : 100} status={p ? "active" : "success"} aria-label={t("sending")} />
        <div className="row-between">
          <span className="soft">
            {p ? `${megabytes(p.sent, i18n.language)} / ${megabytes(p.total, i18n.language)} · ${megabytes(p.rate, i18n.language)}/s` : t("looking")}
          </span>
          {p && <Button onClick={flow.abort}>{t("cancel")}</Button>}
        </div>
      </div>
    );
  }
  return (
    <div
      className={over ? "drop over" : "drop"}
      data-testid="drop"
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 16V4M7 9l5-5 5 5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3" />
      </svg>
      <p className="drop-title">{t("dropTitle")}</p>
      <Button type="primary" onClick={() => input.current?.click()}>
        {t("chooseFile")}
      </Button>
      <p className="soft">{t("dropFormats")}</p>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={accepted}
        data-testid="file"
        aria-label={t("chooseFile")}
        onChange={(e) => {
          const files = [...(e.target.files ?? [])];
          e.target.value = "";
          if (files.length > 0) void flow.choose(files);
        }}
      />
    </div>
  );
}
