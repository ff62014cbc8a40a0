import "./studio.css";
import { useQuery } from "@tanstack/preact-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/queries";
import { ErrorNotice, PageHead, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { readModels } from "../../ordering/models";
import { WelcomeNotice } from "../../welcome/notice";
import { Desk } from "./desk";

export default function Studio() {
  const { t } = useI18n();
  const catalog = useQuery({ queryKey: keys.catalog, queryFn: () => body(api.GET("/v1/catalog")) });
  const models = useQuery({ queryKey: keys.models, queryFn: readModels });
  const failed = [catalog, models].find(({ error, data }) => error && !data);
  return (
    <div class="studio">
      <PageHead title={t("studio.title")} lead={t("studio.lead")} />
      <WelcomeNotice />
      {catalog.data && models.data && <Desk catalog={catalog.data} models={models.data} />}
      {!failed && (catalog.isPending || models.isPending) && <Skeleton lines={4} tall />}
      {failed && <ErrorNotice error={failed.error} retry={() => failed.refetch()} />}
    </div>
  );
}
