import "./filters.css";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Button, Empty, SelectField, TextField } from "../design";
import { useI18n } from "../i18n/i18n";

export { beginningOf, endOf } from "./days";

const TYPING_MS = 350;

export interface Filters<Name extends string> {
  values: Readonly<Record<Name, string>>;
  set: (name: Name, value: string) => void;
  clear: () => void;
  isFiltered: boolean;
}

/** Keeps the filters of a list in the address (`?status=failed`), so that it can be saved, sent and gone back to. */
export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const { path, query, route } = useLocation();
  const values = Object.fromEntries(names.map((name) => [name, query[name] ?? ""])) as Record<Name, string>;
  const change = (changes: Partial<Record<Name, string>>) => {
    const wanted = Object.entries({ ...query, ...changes }).filter(([, value]) => value);
    const search = new URLSearchParams(wanted as [string, string][]).toString();
    route(search ? `${path}?${search}` : path, true);
  };
  return {
    values,
    set: (name, value) => change({ [name]: value } as Partial<Record<Name, string>>),
    clear: () => change(Object.fromEntries(names.map((name) => [name, ""])) as Record<Name, string>),
    isFiltered: names.some((name) => values[name]),
  };
}

/** This part of the filters is the same for every list. */
export type AnyFilters = Pick<Filters<string>, "clear" | "isFiltered">;

interface FilterBarProps {
  filters: AnyFilters;
  /** True for a single field, which is not folded away. */
  isShort?: boolean;
  children: ComponentChildren;
}

/** Shows the filters above a list. On a phone they are folded away unless they are in use. */
export function FilterBar({ filters, isShort = false, children }: FilterBarProps) {
  const { t } = useI18n();
  const id = useId();
  const [isOpen, setOpen] = useState(filters.isFiltered);
  return (
    <search class={isShort ? "filters short" : "filters"} aria-label={t("common.filters.label")}>
      <div class="filters-fold">
        <Button aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          {t("common.filters.label")}
        </Button>
      </div>
      <div class={`filters-fields ${isOpen ? "open" : ""}`} id={id}>
        {children}
        <div class="filters-clear">
          <Button kind="quiet" disabled={!filters.isFiltered} onClick={filters.clear}>
            {t("common.filters.clear")}
          </Button>
        </div>
      </div>
    </search>
  );
}

interface FilterProps<Name extends string> {
  filters: Filters<Name>;
  name: Name;
  label: string;
}

interface TextFilterProps<Name extends string> extends FilterProps<Name> {
  hint?: string;
  inputMode?: "numeric" | "email" | "text";
  placeholder?: string;
}

/** Shows a filter that is typed. It takes effect when the typing stops. */
export function TextFilter<Name extends string>({ filters, name, label, ...rest }: TextFilterProps<Name>) {
  const applied = filters.values[name];
  const [typed, setTyped] = useState(applied);
  const sent = useRef(applied);
  useEffect(() => {
    // The field itself made this change, and by now more may be typed in it.
    if (applied === sent.current) return;
    sent.current = applied;
    setTyped(applied);
  }, [applied]);
  useEffect(() => {
    if (typed.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed.trim();
      filters.set(name, typed.trim());
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, filters.set, name]);
  return (
    <TextField
      {...rest}
      type="search"
      label={label}
      value={typed}
      onValue={setTyped}
      autoComplete="off"
      spellcheck={false}
    />
  );
}

interface SelectFilterProps<Name extends string> extends FilterProps<Name> {
  options: readonly { value: string; label: string }[];
}

export function SelectFilter<Name extends string>({
  filters,
  name,
  label,
  options,
}: SelectFilterProps<Name>) {
  const { t } = useI18n();
  return (
    <SelectField
      label={label}
      value={filters.values[name]}
      onValue={(value) => filters.set(name, value)}
      options={[{ value: "", label: t("common.filters.all") }, ...options]}
    />
  );
}

export function DayFilter<Name extends string>({ filters, name, label }: FilterProps<Name>) {
  return (
    <TextField
      type="date"
      label={label}
      value={filters.values[name]}
      onValue={(value) => filters.set(name, value)}
    />
  );
}

/** Says that no item matches the filters, and offers to clear them. */
export function NoMatch({ filters }: { filters: AnyFilters }) {
  const { t } = useI18n();
  return (
    <div role="status">
      <Empty
        title={t("common.filters.none.title")}
        action={<Button onClick={filters.clear}>{t("common.filters.clear")}</Button>}
      >
        {t("common.filters.none.lead")}
      </Empty>
    </div>
  );
}
