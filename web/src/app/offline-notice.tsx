import { useEffect, useState } from "preact/hooks";
import { connection } from "../api/connection";
import { Notice } from "../design";
import { useI18n } from "../i18n/i18n";

/** Is shown while requests fail. It says that orders go on without the connection. */
export function OfflineNotice() {
  const { t } = useI18n();
  const [isLost, setLost] = useState(false);
  useEffect(() => connection.watch(setLost), []);
  return isLost ? <Notice tone="warn">{t("shell.offline")}</Notice> : null;
}
