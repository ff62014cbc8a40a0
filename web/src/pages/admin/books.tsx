import type { Schemas } from "../../api/client";
import { Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { UserLink } from "./links";

type Audit = Schemas["AuditResource"];
type Difference = Schemas["DifferenceResource"];

/** Says what a check of the books found. */
export function BooksVerdict({ audit }: { audit: Audit }) {
  const { t } = useI18n();
  const totalsCount = audit.unopened_count === 0;
  return (
    <Notice
      tone={audit.is_exact ? "good" : "bad"}
      title={t(audit.is_exact ? "audit.books.exact" : "audit.books.differ")}
    >
      <p>{t("audit.books.checked", { count: audit.users_checked })}</p>
      {!audit.is_complete && <p>{t("audit.books.incomplete")}</p>}
      {audit.unopened_count > 0 && <p>{t("audit.books.unopened", { count: audit.unopened_count })}</p>}
      {totalsCount && <Differences of={audit.differences} />}
      {audit.different.map((each) => (
        <div key={each.user_id}>
          <UserLink id={each.user_id} />
          <Differences of={each.differences} />
        </div>
      ))}
    </Notice>
  );
}

function Differences({ of }: { of: readonly Difference[] }) {
  const { t, number } = useI18n();
  if (of.length === 0) return null;
  return (
    <ul class="admin-differences">
      {of.map((each) => (
        <li key={`${each.invariant} ${each.detail}`}>
          {t("audit.books.difference", {
            invariant: each.invariant,
            detail: each.detail,
            expected: number(each.expected),
            actual: number(each.actual),
          })}
        </li>
      ))}
    </ul>
  );
}
