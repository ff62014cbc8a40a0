import { useQuery } from "@tanstack/preact-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/queries";
import { Credits } from "../../design";
import type { Message } from "../../i18n/catalogue";
import { type Translate, useI18n } from "../../i18n/i18n";
import { namedAfter } from "../../picture";
import { type Grant, isForLater, standingGrants } from "./grants";

/** Lists the credits that have terms of their own, with the day on which they expire. Without any, it shows nothing. */
export function GrantList() {
  const { t } = useI18n();
  const { data } = useQuery({ queryKey: keys.balance, queryFn: () => body(api.GET("/v1/balance")) });
  const now = Date.now();
  const grants = standingGrants(data?.grants ?? [], now);
  if (grants.length === 0) return null;
  return (
    <section class="card stack" aria-labelledby="credits-grants">
      <div>
        <h2 id="credits-grants">{t("credits.grants.title")}</h2>
        <p class="hint">{t("credits.grants.lead")}</p>
      </div>
      <ul class="credits-grants">
        {grants.map((grant) => (
          <GrantLine key={JSON.stringify(grant)} grant={grant} now={now} />
        ))}
      </ul>
    </section>
  );
}

function GrantLine({ grant, now }: { grant: Grant; now: number }) {
  const { t, number } = useI18n();
  const later = isForLater(grant, now);
  return (
    <li>
      <strong>
        <Credits value={later ? grant.amount : grant.remaining} />
      </strong>
      <span>
        <Term grant={grant} isLater={later} />
        <span class="credits-detail">
          {sourceOf(grant, t)}
          {!later && grant.remaining < grant.amount && (
            <> · {t("credits.grants.of", { amount: number(grant.amount) })}</>
          )}
        </span>
      </span>
    </li>
  );
}

/** Says when credits can be spent. */
function Term({ grant: { effective_at, expires_at }, isLater }: { grant: Grant; isLater: boolean }) {
  const { t, day } = useI18n();
  const until = expires_at && (
    <time dateTime={expires_at}>{t("credits.grants.until", { day: day(expires_at) })}</time>
  );
  const from = <time dateTime={effective_at}>{t("credits.grants.from", { day: day(effective_at) })}</time>;
  return (
    <span>
      {isLater && from}
      {isLater && until && ", "}
      {until || (!isLater && t("credits.grants.never"))}
    </span>
  );
}

/** Returns where credits come from: in the reader's language if the source is known, else after its key. */
function sourceOf({ source }: Grant, t: Translate): string {
  const message = `credits.grants.source.${source}`;
  const known = t(message as Message);
  return known === message ? namedAfter(source) : known;
}
