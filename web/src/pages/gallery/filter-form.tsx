import type { Ref } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Catalog } from "../../api/client";
import { Badge, Button, SelectField, TextField } from "../../design";
import type { Message } from "../../i18n/catalogue";
import { useI18n } from "../../i18n/i18n";
import { namedAfter, useCatalogWords } from "../../picture";
import { countOf, type FilterName, type Filters, isBackwards, STATUSES, withFilter } from "./filters";

interface Choosing {
  filters: Filters;
  onFilters: (filters: Filters) => void;
}

interface FilterFormProps extends Choosing {
  catalog: Catalog | undefined;
  /** Gets the focus when the filters were cleared. */
  summary: Ref<HTMLElement>;
  onClear: () => void;
}

const ROOM_FOR_ALL = "(min-width: 48.01rem)";

/** Shows the filters above the pictures. They are folded on a phone, so that the pictures come first. */
export function FilterForm({ filters, onFilters, catalog, summary, onClear }: FilterFormProps) {
  const { t } = useI18n();
  const [isOpen, setOpen] = useState(() => window.matchMedia(ROOM_FOR_ALL).matches);
  const count = countOf(filters);
  return (
    <details class="gallery-filters" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary ref={summary}>
        {t("gallery.filters")}{" "}
        {count > 0 && <Badge tone="info">{t("gallery.filters.inUse", { count })}</Badge>}
      </summary>
      <div class="gallery-fields">
        <StatusFilter filters={filters} onFilters={onFilters} />
        <CatalogFilters filters={filters} onFilters={onFilters} catalog={catalog} />
        <DayFilter name="from" filters={filters} onFilters={onFilters} />
        <DayFilter
          name="to"
          filters={filters}
          onFilters={onFilters}
          fault={isBackwards(filters) ? t("gallery.filters.backwards") : undefined}
        />
      </div>
      {count > 0 && <Button onClick={onClear}>{t("gallery.filters.clear")}</Button>}
    </details>
  );
}

interface Option {
  value: string;
  label: string;
}

function StatusFilter({ filters, onFilters }: Choosing) {
  const { t } = useI18n();
  const options = STATUSES.map((status) => ({ value: status, label: t(`common.status.${status}`) }));
  return (
    <OptionFilter
      name="status"
      any="gallery.filters.anyStatus"
      options={options}
      filters={filters}
      onFilters={onFilters}
    />
  );
}

function CatalogFilters({ filters, onFilters, catalog }: Choosing & { catalog: Catalog | undefined }) {
  const { t, number } = useI18n();
  const inWords = useCatalogWords();
  const chosen = { filters, onFilters };
  const styles =
    catalog?.styles.map(({ id, display_name: label }) => ({ value: id, label: inWords(label) })) ?? [];
  const models = catalog?.models.map(({ name }) => ({ value: name, label: inWords(name) })) ?? [];
  const prices = [...new Set(catalog?.sizes.map((size) => size.credit_cost))].sort(
    (one, other) => one - other,
  );
  const priced = prices.map((count) => ({
    value: String(count),
    label: t("common.credits", { count, amount: number(count) }),
  }));
  return (
    <>
      <OptionFilter name="style" any="gallery.filters.anyStyle" options={styles} {...chosen} />
      <OptionFilter name="model" any="gallery.filters.anyModel" options={models} {...chosen} />
      <OptionFilter name="credits" any="gallery.filters.anyPrice" options={priced} {...chosen} />
    </>
  );
}

interface OptionFilterProps extends Choosing {
  name: Exclude<FilterName, "from" | "to">;
  any: Message;
  options: readonly Option[];
}

/** Offers the options of one filter. The one in the address is always among them, because old pictures may have it. */
function OptionFilter({ name, any, options, filters, onFilters }: OptionFilterProps) {
  const { t } = useI18n();
  const inWords = useCatalogWords();
  const value = filters[name] ?? "";
  const isGone = value !== "" && options.every((option) => option.value !== value);
  return (
    <SelectField
      label={t(`gallery.filters.${name}`)}
      value={value}
      onValue={(chosen) => onFilters(withFilter(filters, name, chosen))}
      options={[
        { value: "", label: t(any) },
        ...options,
        ...(isGone ? [{ value, label: inWords(namedAfter(value)) }] : []),
      ]}
    />
  );
}

interface DayFilterProps extends Choosing {
  name: "from" | "to";
  fault?: string | undefined;
}

/** Shows a filter by day. It takes effect when the typed text is a day or empty. */
function DayFilter({ name, filters, onFilters, fault }: DayFilterProps) {
  const { t } = useI18n();
  const chosen = filters[name] ?? "";
  const [typed, setTyped] = useState(chosen);
  useEffect(() => setTyped(chosen), [chosen]);
  const type = (value: string) => {
    setTyped(value);
    const next = withFilter(filters, name, value);
    const isWhole = value === "" || next[name] === value;
    if (isWhole && next[name] !== filters[name]) onFilters(next);
  };
  return (
    <TextField type="date" label={t(`gallery.filters.${name}`)} value={typed} onValue={type} error={fault} />
  );
}
