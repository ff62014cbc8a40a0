import { useQuery } from "@tanstack/preact-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/queries";
import { useI18n } from "../../i18n/i18n";
import { useCatalogWords } from "../../picture";
import { DayFilter, FilterBar, type Filters, SelectFilter, TextFilter } from "../filters";

export const FILTERS = ["user_id", "status", "model", "style", "credits", "from", "to"] as const;
export const STATUSES = ["queued", "processing", "completed", "failed", "cancelled"] as const;

type Name = (typeof FILTERS)[number];
export type GenerationFilterValues = Filters<Name>["values"];

export function GenerationFilters({ filters }: { filters: Filters<Name> }) {
  const { t } = useI18n();
  const { models, styles } = useOptions();
  const statuses = STATUSES.map((value) => ({ value, label: t(`common.status.${value}`) }));
  return (
    <FilterBar filters={filters}>
      <TextFilter filters={filters} name="user_id" label={t("generations.filter.user")} />
      <SelectFilter
        filters={filters}
        name="status"
        label={t("generations.filter.status")}
        options={statuses}
      />
      <SelectFilter filters={filters} name="model" label={t("generations.filter.model")} options={models} />
      <SelectFilter filters={filters} name="style" label={t("generations.filter.style")} options={styles} />
      <TextFilter
        filters={filters}
        name="credits"
        label={t("generations.filter.credits")}
        inputMode="numeric"
      />
      <DayFilter filters={filters} name="from" label={t("common.filters.from")} />
      <DayFilter filters={filters} name="to" label={t("common.filters.to")} />
    </FilterBar>
  );
}

/**
 * Offers the styles of the catalog, also those that are no longer on offer, because there may be generations of them.
 */
function useOptions() {
  const all = useQuery({
    queryKey: keys.admin("catalog"),
    queryFn: () => body(api.GET("/v1/admin/catalog")),
  });
  const offered = useQuery({ queryKey: keys.catalog, queryFn: () => body(api.GET("/v1/catalog")) });
  const inWords = useCatalogWords();
  return {
    models: offered.data?.models.map(({ name }) => ({ value: name, label: inWords(name) })) ?? [],
    styles:
      all.data?.styles.map(({ id, display_name }) => ({ value: id, label: inWords(display_name) })) ?? [],
  };
}
