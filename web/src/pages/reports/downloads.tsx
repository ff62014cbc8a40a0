import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, body, type Schemas } from "../../api/client";
import { Button, ErrorNotice, SelectField } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { saveAs } from "./save";
import { isTranslated, readable, tablesOf } from "./tables";

type Table = Schemas["Table"];
type Format = "html" | "json" | "png" | "csv";

/** Offers the files of a report. Each is fetched and then saved, because a plain link could not send the ID token. */
export function Downloads({ id, report }: { id: string; report: Schemas["ReportResource"]["report"] }) {
  const { t } = useI18n();
  const [table, setTable] = useState("summary");
  const saving = useMutation({ mutationFn: (format: Format) => save(id, format, table) });
  const label = (name: string) => (isTranslated(name) ? t(`reports.table.${name}`) : readable(name));
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
          onValue={setTable}
          options={tablesOf(report).map((value) => ({ value, label: label(value) }))}
        />
        <Button {...button("csv")}>{t("reports.download.csv")}</Button>
      </div>
      {saving.isError && <ErrorNotice error={saving.error} />}
    </section>
  );
}

async function save(id: string, format: Format, table: string): Promise<void> {
  const query = format === "csv" ? { format, table: table as Table } : { format };
  const file = await body<Blob>(
    api.GET("/v1/reports/{id}", { params: { path: { id }, query }, parseAs: "blob" }),
  );
  saveAs(file, format === "csv" ? `${id}-${table}.csv` : `${id}.${format}`);
}
