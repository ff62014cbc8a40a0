import "./studio.css";
import { useQuery } from "@tanstack/preact-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/queries";
import { ErrorNotice, PageHead, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { WelcomeNotice } from "../../welcome/notice";
import { Desk } from "./desk";

export default function Studio() {
  const { t } = useI18n();
  const catalog = useQuery({ queryKey: keys.catalog, queryFn: () => body(api.GET("/v1/catalog")) });
  return (
    <div class="studio">
      <PageHead title={t("studio.title")} lead={t("studio.lead")} />
      <WelcomeNotice />
      {catalog.data && <Desk catalog={catalog.data} />}
      {catalog.isPending && <Skeleton lines={4} tall />}
      {catalog.error && !catalog.data && (
        <ErrorNotice error={catalog.error} retry={() => catalog.refetch()} />
      )}
    </div>
  );
}
