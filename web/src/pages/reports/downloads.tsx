import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, body, type Schemas } from "../../api/client";
import { Button, ErrorNotice, SelectField } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { saveAs } from "./save";

type Table = Schemas["Table"];
type Format = "html" | "json" | "png" | "csv";

const TABLES = [
  "summary",
  "daily",
  "models",
  "latency",
  "failures",
  "styles",
  "colors",
  "sizes",
  "hours",
  "funnel",
  "top_users",
  "ledger",
  "findings",
  "reconciliation",
] as const satisfies readonly Table[];

/** Offers the files of a report. Each is fetched and then saved, because a plain link could not send the ID token. */
export function Downloads({ id }: { id: string }) {
  const { t } = useI18n();
  const [table, setTable] = useState<Table>("summary");
  const saving = useMutation({ mutationFn: (format: Format) => save(id, format, table) });
  const button = (format: Format) => ({
    busy: saving.isPending && saving.variables === format,
    onClick: () => saving.mutate(format),
  });
  return (
    <section class="card reports-downloads">
      <h2>{t("reports.downloads")}</h2>
      <div class="reports-files">
        <Button {...button("html")}>{t("reports.download.html")}</Button>
        <Button {...button("json")}>{t("reports.download.json")}</Button>
        <Button {...button("png")}>{t("reports.download.png")}</Button>
        <SelectField
          label={t("reports.download.table")}
          value={table}
          onValue={(value) => setTable(value as Table)}
          options={TABLES.map((value) => ({ value, label: t(`reports.table.${value}`) }))}
        />
        <Button {...button("csv")}>{t("reports.download.csv")}</Button>
      </div>
      {saving.isError && <ErrorNotice error={saving.error} />}
    </section>
  );
}

async function save(id: string, format: Format, table: Table): Promise<void> {
  const query = format === "csv" ? { format, table } : { format };
  const file = await body<Blob>(
    api.GET("/v1/reports/{id}", { params: { path: { id }, query }, parseAs: "blob" }),
  );
  saveAs(file, format === "csv" ? `${id}-${table}.csv` : `${id}.${format}`);
}
