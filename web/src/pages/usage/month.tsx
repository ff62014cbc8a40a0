import { useState } from "preact/hooks";
import { SelectField, Stat, Stats } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { type Month, monthName, percent, successRate } from "./figures";
import { ModelTable } from "./tables";

/** Shows one of the months by model. `months` come with the newest first. */
export function MonthDetail({ months }: { months: readonly Month[] }) {
  const { t, language } = useI18n();
  const [chosen, setChosen] = useState<string>();
  const month = months.find((each) => each.month === chosen) ?? months[0];
  if (!month) return null;
  return (
    <section class="stack" aria-labelledby="usage-month">
      <header class="usage-head">
        <h2 id="usage-month">{t("usage.month.title", { month: monthName(month.month, language) })}</h2>
        <SelectField
          label={t("usage.month.label")}
          value={month.month}
          onValue={setChosen}
          options={months.map((each) => ({ value: each.month, label: monthName(each.month, language) }))}
        />
      </header>
      <Totals month={month} />
      {month.models.length > 0 && (
        <>
          <h3>{t("usage.models.title")}</h3>
          <ModelTable
            month={month}
            caption={t("usage.models.caption", { month: monthName(month.month, language) })}
          />
        </>
      )}
    </section>
  );
}

function Totals({ month: { total } }: { month: Month }) {
  const { t, number, language } = useI18n();
  const rate = successRate(total);
  return (
    <div class="usage-totals" aria-live="polite">
      <Stats>
        <Stat label={t("usage.column.charged")}>{number(total.charged)}</Stat>
        <Stat label={t("usage.column.images")}>{number(total.images)}</Stat>
        <Stat label={t("usage.column.requests")}>{number(total.requests)}</Stat>
        <Stat label={t("usage.column.success")}>{rate === undefined ? "–" : percent(rate, language)}</Stat>
        <Stat label={t("usage.column.refunded")}>{number(total.refunded)}</Stat>
      </Stats>
      <p class="hint">
        {total.requests === 0
          ? t("usage.month.unused")
          : t("usage.month.endings", {
              completed: total.completed,
              failed: total.failed,
              cancelled: total.cancelled,
              open: total.requests - total.completed - total.failed - total.cancelled,
            })}
      </p>
    </div>
  );
}
