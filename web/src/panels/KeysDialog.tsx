import { useTranslation } from "react-i18next";

import { Dialog } from "./Dialog";

const rows = [
  [["/"], "key_search"],
  [["L"], "key_layers"],
  [["M"], "key_measure"],
  [["D"], "key_draw"],
  [["[", "]"], "key_time"],
  [["H"], "home"],
  [["P"], "key_print"],
  [["\\"], "key_panels"],
  [["Shift+F10"], "key_menu"],
  [["←", "→", "↑", "↓", "+", "−"], "key_move"],
  [["Esc"], "key_escape"],
  [["?"], "key_keys"],
] as const;

/** What the keys do. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("keysTitle")} onClose={onClose}>
      <table className="keys-table">
        <tbody>
          {rows.map(([keys, word]) => (
            <tr key={word}>
              <th scope="row">
                {keys.map((k) => (
                  <kbd key={k}>{k}</kbd>
                ))}
              </th>
              <td>{t(word)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
