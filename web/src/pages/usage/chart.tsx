import { useI18n } from "../../i18n/i18n";
import { type Month, monthName, spent } from "./figures";

/** The height of the chart, in units of its view box. */
const FULL = 100;
const WIDTH = 10;

/** Shows the months as bars, the oldest first. Screen readers skip it, because the table beside it says the same. */
export function Chart({ months }: { months: readonly Month[] }) {
  const { t } = useI18n();
  const most = Math.max(1, ...months.map(({ total }) => spent(total)));
  const isAnyHeld = months.some(({ total }) => total.held > 0);
  return (
    <div class="usage-chart" aria-hidden="true">
      <div class={`usage-bars${months.length > 6 ? " usage-many" : ""}`}>
        {months.map((month) => (
          <Bar key={month.month} month={month} most={most} />
        ))}
      </div>
      {isAnyHeld && (
        <p class="usage-legend hint">
          <span class="usage-swatch" /> {t("usage.column.charged")}
          <span class="usage-swatch usage-held" /> {t("usage.column.held")}
        </p>
      )}
    </div>
  );
}

function Bar({ month: { month, total }, most }: { month: Month; most: number }) {
  const { number, language } = useI18n();
  const charged = (total.charged / most) * FULL;
  const held = (total.held / most) * FULL;
  return (
    <div class="usage-bar">
      <span class={spent(total) > 0 ? "usage-value" : "usage-value usage-zero"}>{number(spent(total))}</span>
      <svg viewBox={`0 0 ${WIDTH} ${FULL}`} preserveAspectRatio="none" aria-hidden="true">
        <rect class="usage-charged" y={FULL - charged} width={WIDTH} height={charged} />
        <rect class="usage-held" y={FULL - charged - held} width={WIDTH} height={held} />
      </svg>
      <span class="usage-month">{monthName(month, language, "short")}</span>
    </div>
  );
}
