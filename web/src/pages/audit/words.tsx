import type { Schemas } from "../../api/client";
import { type Translate, useI18n } from "../../i18n/i18n";
import { UserLink } from "../admin/links";
import { changesOf, written } from "./changes";

export const ACTIONS = [
  "user.create",
  "user.adjust",
  "user.deactivate",
  "user.activate",
  "user.delete",
  "user.grant_admin",
  "user.revoke_admin",
  "queue.pause",
  "queue.resume",
  "queue.purge",
  "sweep.run",
  "audit.run",
  "report.run",
  "catalog.put",
  "catalog.deactivate",
] as const;

const WORDS = {
  "user.create": "audit.action.user_create",
  "user.adjust": "audit.action.user_adjust",
  "user.deactivate": "audit.action.user_deactivate",
  "user.activate": "audit.action.user_activate",
  "user.delete": "audit.action.user_delete",
  "user.grant_admin": "audit.action.user_grant_admin",
  "user.revoke_admin": "audit.action.user_revoke_admin",
  "queue.pause": "audit.action.queue_pause",
  "queue.resume": "audit.action.queue_resume",
  "queue.purge": "audit.action.queue_purge",
  "sweep.run": "audit.action.sweep_run",
  "audit.run": "audit.action.audit_run",
  "report.run": "audit.action.report_run",
  "catalog.put": "audit.action.catalog_put",
  "catalog.deactivate": "audit.action.catalog_deactivate",
} as const satisfies Record<(typeof ACTIONS)[number], string>;

const PLACES = {
  queue: "audit.target.queue",
  sweep: "audit.target.sweep",
  books: "audit.target.books",
  reports: "audit.target.reports",
} as const;

/** Names an action. One that this version does not know is shown by its code. */
export function actionWords(action: string, t: Translate): string {
  return isKnown(action, WORDS) ? t(WORDS[action]) : action;
}

export function Actor({ actor }: { actor: string }) {
  const { t } = useI18n();
  const [kind, id] = split(actor, ":");
  if (kind === "user" && id) return <UserLink id={id} />;
  if (kind === "key") return t("audit.actor.key", { id });
  return actor === "operator" ? t("audit.actor.operator") : actor;
}

export function Target({ target }: { target: string }) {
  const { t } = useI18n();
  const [place, id] = split(target, "/");
  if (place === "users" && id) return <UserLink id={id} />;
  if (place === "books" && id) return <UserLink id={id}>{t("audit.target.booksOf", { id })}</UserLink>;
  return isKnown(target, PLACES) ? t(PLACES[target]) : <code>{target}</code>;
}

/** Shows what an action changed, and the id of its request, by which the server's log can be searched. */
export function Details({ record }: { record: Schemas["AuditRecordResource"] }) {
  const { t } = useI18n();
  const changes = changesOf(record.details);
  const lines = changes
    ? changes.map(({ name, before, after }) => `${name}: ${before} → ${after}`)
    : Object.entries(record.details).map(([name, value]) => `${detailName(name, t)}: ${written(value)}`);
  if (lines.length === 0 && !record.request_id) return t("audit.noReason");
  return (
    <div>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
      {record.request_id && (
        <div class="admin-quiet audit-request">{t("audit.detail.request", { id: record.request_id })}</div>
      )}
    </div>
  );
}

function detailName(name: string, t: Translate): string {
  if (name === "credits") return t("audit.detail.credits");
  return name === "version" ? t("audit.detail.version") : name;
}

function isKnown<Word extends string>(word: string, words: Record<Word, unknown>): word is Word {
  return Object.hasOwn(words, word);
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
