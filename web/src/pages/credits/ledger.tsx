import { useInfiniteQuery } from "@tanstack/preact-query";
import type { Entry } from "../../api/client";
import { creditsMoved, keys } from "../../api/queries";
import {
  Button,
  ButtonLink,
  type Column,
  Credits,
  DataTable,
  Empty,
  ErrorNotice,
  LoadMore,
  Notice,
  Skeleton,
} from "../../design";
import { useI18n } from "../../i18n/i18n";
import { Download } from "./download";
import { entryDetail, entryTitle, readEntries, sumOf } from "./entries";

const PAGE_SIZE = 20;

export function Ledger({ balance }: { balance: number | undefined }) {
  const { t } = useI18n();
  const ledger = useInfiniteQuery({
    queryKey: [...keys.ledger, "pages"],
    queryFn: ({ pageParam, signal }) => readEntries(PAGE_SIZE, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token,
  });
  const entries = ledger.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <section class="stack" aria-labelledby="credits-ledger">
      <header class="credits-head">
        <div>
          <h2 id="credits-ledger">{t("credits.ledger.title")}</h2>
          <p class="hint">{t("credits.ledger.lead")}</p>
        </div>
        {entries.length > 0 && <Download />}
      </header>
      {ledger.isPending && <Skeleton lines={8} />}
      {ledger.isSuccess && entries.length === 0 && <NothingYet />}
      {entries.length > 0 && <Entries entries={entries} />}
      {entries.length > 0 && balance !== undefined && (
        <LedgerSum entries={entries} balance={balance} isAll={!ledger.hasNextPage} />
      )}
      {ledger.isError && (
        <ErrorNotice
          error={ledger.error}
          retry={ledger.isFetchNextPageError ? ledger.fetchNextPage : ledger.refetch}
        />
      )}
      <LoadMore query={ledger} />
    </section>
  );
}

function NothingYet() {
  const { t } = useI18n();
  return (
    <Empty
      title={t("credits.empty.title")}
      action={<ButtonLink href="/app/studio">{t("credits.empty.studio")}</ButtonLink>}
    >
      {t("credits.empty.lead")}
    </Empty>
  );
}

function Entries({ entries }: { entries: readonly Entry[] }) {
  const { t, moment } = useI18n();
  const columns: Column<Entry>[] = [
    {
      head: t("credits.column.when"),
      cell: (entry) => <time dateTime={entry.timestamp}>{moment(entry.timestamp)}</time>,
    },
    { head: t("credits.column.what"), cell: (entry) => <What entry={entry} /> },
    {
      head: t("credits.column.amount"),
      cell: (entry) => (
        <span class={entry.signed_credits < 0 ? "credits-out" : "credits-in"}>
          <Credits value={entry.signed_credits} signed />
        </span>
      ),
      isNumber: true,
    },
  ];
  return (
    <div class="credits-ledger">
      <DataTable
        caption={t("credits.ledger.title")}
        columns={columns}
        rows={entries}
        rowKey={(entry) => entry.id}
      />
    </div>
  );
}

function What({ entry }: { entry: Entry }) {
  const { t } = useI18n();
  const detail = entryDetail(entry, t);
  return (
    <div>
      <strong>{entryTitle(entry, t)}</strong>
      <div class="credits-detail" dir="auto">
        {entry.generation_id ? (
          <a href={`/app/gallery/${encodeURIComponent(entry.generation_id)}`}>{detail}</a>
        ) : (
          detail
        )}
      </div>
    </div>
  );
}

/** Shows that the entries add up to the balance, or warns that they do not. */
function LedgerSum({
  entries,
  balance,
  isAll,
}: {
  entries: readonly Entry[];
  balance: number;
  isAll: boolean;
}) {
  const { t, number } = useI18n();
  const sum = sumOf(entries);
  const signed = (value: number) => (value < 0 ? `−${number(-value)}` : number(value));
  const values = { count: entries.length, sum: signed(sum), balance: signed(balance) };
  if (isAll && sum !== balance)
    return (
      <Notice tone="warn" action={<Button onClick={() => creditsMoved()}>{t("credits.sum.again")}</Button>}>
        <p>{t("credits.sum.differs", values)}</p>
      </Notice>
    );
  return (
    <p class="credits-sum" role="status">
      {isAll && (
        <span class="credits-proof" aria-hidden="true">
          ✓
        </span>
      )}
      {t(isAll ? "credits.sum.all" : "credits.sum.part", values)}
    </p>
  );
}
