import type { Generation } from "../api/client";
import { type News, progressAt } from "./progress";

/** What the document of a generation says of its course; its other fields never change while it is followed. */
export interface GenerationDocument {
  status: Generation["status"];
  attempt?: number;
  credits_held?: number;
  credits_charged?: number;
  credits_refunded?: number;
  error_code?: string | null;
  error_message?: string | null;
  error_retryable?: boolean | null;
  expected_seconds?: number | null;
  started_at?: Moment | null;
  completed_at?: Moment | null;
}

/** A timestamp of Firestore's. */
interface Moment {
  toDate: () => Date;
}

/** What was known, brought up to the document. Links to the outputs are not in it: only the API gives them. */
export function updated(known: News, document: GenerationDocument, now: number): News {
  const { status } = document;
  const news = {
    ...known,
    status,
    attempt: document.attempt ?? known.attempt,
    error: failure(document),
    cost: {
      price: known.cost.price,
      held: document.credits_held ?? known.cost.held,
      charged: document.credits_charged ?? known.cost.charged,
      refunded: document.credits_refunded ?? known.cost.refunded,
    },
    expected_seconds: document.expected_seconds ?? null,
    started_at: iso(document.started_at),
    completed_at: iso(document.completed_at),
    queue_position: status === "queued" ? known.queue_position : null,
  };
  return { ...news, progress: progressAt(news, now) };
}

function failure({ error_code, error_message, error_retryable }: GenerationDocument): Generation["error"] {
  if (!error_message) return null;
  return { code: error_code ?? "model_failed", message: error_message, retryable: error_retryable === true };
}

function iso(moment: Moment | null | undefined): string | null {
  return moment ? moment.toDate().toISOString() : null;
}
