import { useEffect, useState } from "preact/hooks";
import { Notice } from "../design";
import { useI18n } from "../i18n/i18n";

/** While the device itself knows that it has no connection: what that means for what is under way. */
export function OfflineNotice() {
  const { t } = useI18n();
  const isOffline = useIsOffline();
  return isOffline ? <Notice tone="warn">{t("shell.offline")}</Notice> : null;
}

function useIsOffline(): boolean {
  const [isOffline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return isOffline;
}
