import "./usage.css";
import { keepPreviousData, useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, body } from "../../api/client";
import { keys } from "../../api/queries";
import { ButtonLink, Empty, ErrorNotice, PageHead, SelectField, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { ByKey } from "./by-key";
import { Chart } from "./chart";
import { isUnused, type Month } from "./figures";
import { MonthDetail } from "./month";
import { MonthTable } from "./tables";

const SPANS = [3, 6, 12];
const USUAL = 6;

export default function UsagePage() {
  const { t } = useI18n();
  const [months, setMonths] = useState(USUAL);
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.usage, months],
    queryFn: () => body(api.GET("/v1/usage", { params: { query: { months } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <div>
      <PageHead
        title={t("usage.title")}
        lead={t("usage.lead")}
        actions={
          <SelectField
            label={t("usage.span.label")}
            value={String(months)}
            onValue={(value) => setMonths(Number(value))}
            options={SPANS.map((count) => ({
              value: String(count),
              label: t("usage.span.months", { count }),
            }))}
          />
        }
      />
      {error && <ErrorNotice error={error} retry={refetch} />}
      {!data && !error && <Skeleton lines={3} tall />}
      {data && (isUnused(data.months) ? <NothingYet /> : <Months months={data.months} />)}
      <ByKey />
    </div>
  );
}

function NothingYet() {
  const { t } = useI18n();
  return (
    <Empty
      title={t("usage.empty.title")}
      action={<ButtonLink href="/app/studio">{t("usage.empty.studio")}</ButtonLink>}
    >
      {t("usage.empty.lead")}
    </Empty>
  );
}

/** Shows the months, which come with the newest first. */
function Months({ months }: { months: readonly Month[] }) {
  const { t } = useI18n();
  return (
    <>
      <section class="card usage-months" aria-labelledby="usage-months">
        <header>
          <h2 id="usage-months">{t("usage.months.title")}</h2>
          <p class="hint">{t("usage.months.lead")}</p>
        </header>
        <Chart months={months.toReversed()} />
        <MonthTable months={months} />
      </section>
      <MonthDetail months={months} />
    </>
  );
}
