import { useSyncExternalStore } from "react";

function watch(changed: () => void) {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}

/** Whether the device has a line at all; where it has, the service may be out of reach all the same. */
export const useOnline = () => useSyncExternalStore(watch, () => navigator.onLine);
