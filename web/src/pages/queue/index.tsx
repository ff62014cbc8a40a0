import "../admin/admin.css";
import "./queue.css";
import { useQuery } from "@tanstack/preact-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";
import { Badge, ErrorNotice, Notice, PageHead, Skeleton, Stat, Stats, type Tone } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { oneOf } from "../admin/paging";
import { PropertyList } from "../admin/properties";
import { QueueActions } from "./actions";

type Queue = Schemas["QueueResource"];

const LOOK_AGAIN_MS = 5000;
const TONES = { running: "good", paused: "warn", unknown: "calm" } as const satisfies Record<string, Tone>;
const STATES = ["running", "paused", "unknown"] as const;

export default function QueuePage() {
  const { t } = useI18n();
  const query = useQuery({
    queryKey: keys.admin("queue"),
    queryFn: () => body(api.GET("/v1/admin/queue")),
    refetchInterval: LOOK_AGAIN_MS,
  });
  const queue = query.data;
  return (
    <div class="stack admin">
      <PageHead
        title={t("queue.title")}
        lead={t("queue.lead")}
        {...(queue && { actions: <State queue={queue} /> })}
      />
      {query.isPending && <Skeleton lines={6} />}
      {query.isError && <ErrorNotice error={query.error} retry={() => query.refetch()} />}
      {queue && <Figures queue={queue} />}
      <QueueActions queue={queue} />
      {queue && <Limits queue={queue} />}
      {queue && <Parts queue={queue} />}
    </div>
  );
}

function State({ queue }: { queue: Queue }) {
  const { t } = useI18n();
  const state = oneOf(STATES, queue.state) ?? "unknown";
  return (
    <span class="row" role="status">
      <span class="admin-quiet">{t("queue.state")}</span>
      <Badge tone={TONES[state]}>{t(`queue.state.${state}`)}</Badge>
    </span>
  );
}

function Figures({ queue }: { queue: Queue }) {
  const { t, number, moment } = useI18n();
  const told = (value: number | null) => (value === null ? <NotTold /> : number(value));
  const isMixed = queue.queues.some(({ state }) => state !== "unknown");
  return (
    <>
      <Stats>
        <Stat label={t("queue.queued")}>{number(queue.queued)}</Stat>
        <Stat label={t("queue.processing")}>{number(queue.processing)}</Stat>
        <Stat label={t("queue.depth")}>{told(queue.depth)}</Stat>
        <Stat label={t("queue.oldest")}>
          <span class="queue-words">
            {queue.oldest_at && moment(queue.oldest_at)}
            {!queue.oldest_at && (queue.depth === 0 ? t("queue.noneWaiting") : t("queue.notTold"))}
          </span>
        </Stat>
      </Stats>
      {queue.state === "paused" && <Notice tone="warn">{t("queue.pausedNote")}</Notice>}
      {queue.state === "unknown" && <Notice>{t(isMixed ? "queue.mixedNote" : "queue.unknownNote")}</Notice>}
    </>
  );
}

function NotTold() {
  const { t } = useI18n();
  return <span class="queue-words">{t("queue.notTold")}</span>;
}

/** Shows the state of each queue. The actions above are for all queues together. */
function Parts({ queue }: { queue: Queue }) {
  const { t, number } = useI18n();
  const tasks = (depth: number | null) =>
    depth === null ? t("queue.part.notTold") : t("queue.part.depth", { count: depth, depth: number(depth) });
  return (
    <section class="card admin-block">
      <h2>{t("queue.parts")}</h2>
      <PropertyList
        of={queue.queues.map(({ name, state, depth }) => ({
          name,
          value: `${t(`queue.state.${oneOf(STATES, state) ?? "unknown"}`)}; ${tasks(depth)}`,
        }))}
      />
    </section>
  );
}

function Limits({ queue }: { queue: Queue }) {
  const { t, number, moment } = useI18n();
  const told = (value: number | null) => (value === null ? t("queue.notTold") : number(value));
  return (
    <section class="card admin-block">
      <h2>{t("queue.limits")}</h2>
      <PropertyList
        of={[
          { name: t("queue.limit.concurrent"), value: told(queue.max_concurrent_dispatches) },
          { name: t("queue.limit.rate"), value: told(queue.max_dispatches_per_second) },
          { name: t("queue.limit.attempts"), value: told(queue.max_attempts) },
          { name: t("queue.purgedAt"), value: queue.purged_at ? moment(queue.purged_at) : t("queue.never") },
        ]}
      />
    </section>
  );
}
