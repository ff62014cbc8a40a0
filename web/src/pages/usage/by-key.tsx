import { useQuery } from "@tanstack/preact-query";
import { api, body, type Schemas } from "../../api/client";
import { keys as remembered } from "../../api/queries";
import { type Column, DataTable, ErrorNotice, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";

type Key = Schemas["KeyResource"];

/** Shows the usage of keys that work, and of ended ones that spent something this month. */
export function ByKey() {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery({
    queryKey: remembered.apiKeys,
    queryFn: () => body(api.GET("/v1/keys")),
  });
  const worthwhile = data?.data.filter((key) => key.is_active || key.spent.this_month > 0) ?? [];
  return (
    <section class="stack" aria-labelledby="usage-keys">
      <header class="usage-head">
        <div>
          <h2 id="usage-keys">{t("usage.keys.title")}</h2>
          <p class="hint">{t("usage.keys.lead")}</p>
        </div>
        <a class="usage-to-keys" href="/app/keys">
          {t("usage.keys.open")}
        </a>
      </header>
      {error && !data && <ErrorNotice error={error} retry={refetch} />}
      {!data && !error && <Skeleton lines={2} />}
      {data && worthwhile.length === 0 && <p class="usage-none">{t("usage.keys.none")}</p>}
      {worthwhile.length > 0 && <KeyTable keys={worthwhile} />}
    </section>
  );
}

function KeyTable({ keys }: { keys: readonly Key[] }) {
  const { t, number } = useI18n();
  const left = (remaining: number | null) =>
    remaining === null ? t("usage.keys.noLimit") : number(remaining);
  const columns: Column<Key>[] = [
    {
      head: t("usage.keys.name"),
      cell: ({ name, is_active }) => (
        <span dir="auto">{is_active ? name : t("usage.keys.ended", { name })}</span>
      ),
    },
    { head: t("usage.keys.today"), cell: ({ spent }) => number(spent.today), isNumber: true },
    { head: t("usage.keys.leftToday"), cell: ({ spent }) => left(spent.today_remaining), isNumber: true },
    { head: t("usage.keys.month"), cell: ({ spent }) => number(spent.this_month), isNumber: true },
    {
      head: t("usage.keys.leftMonth"),
      cell: ({ spent }) => left(spent.this_month_remaining),
      isNumber: true,
    },
  ];
  return (
    <div class="usage-table usage-pairs">
      <DataTable caption={t("usage.keys.title")} columns={columns} rows={keys} rowKey={({ id }) => id} />
    </div>
  );
}
