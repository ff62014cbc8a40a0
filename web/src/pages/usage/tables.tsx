import { type Column, DataTable } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useCatalogWords } from "../../picture";
import { type Month, monthName, percent, successRate, type Usage } from "./figures";

export function MonthTable({ months }: { months: readonly Month[] }) {
  const { t, language } = useI18n();
  const figures = useFigures();
  const columns: Column<Month>[] = [
    { head: t("usage.column.month"), cell: ({ month }) => monthName(month, language) },
    ...figures.map(({ head, cell }) => ({ head, cell: ({ total }: Month) => cell(total), isNumber: true })),
  ];
  return (
    <div class="usage-table">
      <DataTable
        caption={t("usage.months.title")}
        columns={columns}
        rows={months}
        rowKey={({ month }) => month}
      />
    </div>
  );
}

export function ModelTable({ month, caption }: { month: Month; caption: string }) {
  const { t } = useI18n();
  const figures = useFigures();
  const words = useCatalogWords();
  const columns: Column<Month["models"][number]>[] = [
    {
      head: t("usage.column.model"),
      cell: ({ model }) => (model === "other" ? t("usage.model.other") : words(model)),
    },
    ...figures.map((figure) => ({ ...figure, isNumber: true })),
  ];
  return (
    <div class="usage-table">
      <DataTable caption={caption} columns={columns} rows={month.models} rowKey={({ model }) => model} />
    </div>
  );
}

/** Returns the columns that all tables of usage share, so that the tables can be compared. */
function useFigures(): { head: string; cell: (usage: Usage) => string }[] {
  const { t, number, language } = useI18n();
  const rate = (usage: Usage) => {
    const share = successRate(usage);
    return share === undefined ? "–" : percent(share, language);
  };
  return [
    { head: t("usage.column.requests"), cell: ({ requests }) => number(requests) },
    { head: t("usage.column.images"), cell: ({ images }) => number(images) },
    { head: t("usage.column.success"), cell: rate },
    { head: t("usage.column.charged"), cell: ({ charged }) => number(charged) },
    { head: t("usage.column.refunded"), cell: ({ refunded }) => number(refunded) },
    { head: t("usage.column.held"), cell: ({ held }) => number(held) },
  ];
}
