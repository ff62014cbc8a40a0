import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useI18n } from "../i18n/i18n";
import { Button } from "./button";

interface PageHeadProps {
  title: string;
  lead?: string;
  actions?: ComponentChildren;
}

/** Shows the heading that every page begins with, and sets the title of the browser's tab. */
export function PageHead({ title, lead, actions }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Darkroom`;
  }, [title]);
  return (
    <header class="page-head">
      <div>
        <h1 dir="auto">{title}</h1>
        {lead && <p dir="auto">{lead}</p>}
      </div>
      {actions && <div class="row">{actions}</div>}
    </header>
  );
}

/**
 * Writes `3 credits` with the right plural.
 *
 * With `signed`, as for ledger entries, it writes `+3 credits` or `−3 credits`.
 */
export function Credits({ value, signed = false }: { value: number; signed?: boolean }) {
  const { t, number } = useI18n();
  const sign = value < 0 ? "−" : signed ? "+" : "";
  return (
    <span class="credits">
      {sign}
      {t("common.credits", { count: Math.abs(value), amount: number(Math.abs(value)) })}
    </span>
  );
}

export function Progress({ value, label }: { value: number; label: string }) {
  return <progress class="progress" max={100} value={value} aria-label={label} />;
}

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ComponentChildren;
  /** True for numbers, which are aligned to the right. */
  isNumber?: boolean;
}

interface DataTableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}

/** Shows a table. On a phone each row becomes a card, and each cell shows the head of its column. */
export function DataTable<Row>({ caption, columns, rows, rowKey }: DataTableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: `display: block` on a phone takes the roles away
    <table class="data" role="table">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.head} scope="col" class={column.isNumber ? "number" : ""}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map((column) => (
              <td key={column.head} data-head={column.head} class={column.isNumber ? "number" : ""}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface LoadMoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** Shows a button below a list that has more pages. */
export function LoadMore({ query }: LoadMoreProps) {
  const { t } = useI18n();
  if (!query.hasNextPage) return null;
  return (
    <div class="load-more">
      <Button busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
        {t("common.loadMore")}
      </Button>
    </div>
  );
}

export function Stats({ children }: { children: ComponentChildren }) {
  return <dl class="stats">{children}</dl>;
}

export function Stat({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
