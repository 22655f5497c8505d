import { useTranslation } from "react-i18next";

import { useCaseSummary } from "../../cases/queries";
import { type DispatchAddress, filterOf, statesOf, type Tab, tabs } from "../address";

interface QueueTabsProps {
  address: DispatchAddress;
  box: number[] | null;
  onTab: (tab: Tab) => void;
}

/** The stages of the work with how many cases wait in each, by the filters that are set. */
export function QueueTabs({ address, box, onTab }: QueueTabsProps) {
  const { t } = useTranslation();
  const filter = filterOf({ ...address, tab: "open" }, box);
  const open = useCaseSummary(filter).data;
  const all = useCaseSummary({ ...filter, queue: "all" }).data;
  const count = (tab: Tab) => {
    const from = tab === "done" ? all : open;
    return from?.by_state.filter((s) => statesOf[tab].includes(s.state)).reduce((n, s) => n + s.count, 0);
  };
  return (
    <div className="queue-tabs" role="group" aria-label={t("queueTabs")}>
      {tabs.map((tab) => (
        <button key={tab} type="button" aria-pressed={tab === address.tab} onClick={() => onTab(tab)}>
          {t(`tab_case_${tab}`)}
          <span className="queue-count">{count(tab) ?? "–"}</span>
        </button>
      ))}
    </div>
  );
}
