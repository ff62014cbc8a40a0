import type { Generation } from "../api/client";
import { type News, progressAt } from "./progress";

/** Holds the fields of a generation's document that change while it runs. */
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
  started_at?: FirestoreTimestamp | null;
  completed_at?: FirestoreTimestamp | null;
}

interface FirestoreTimestamp {
  toDate: () => Date;
}

/**
 * Returns the generation with the changes of its document.
 *
 * The links to its outputs are not in there; the API has them.
 */
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

function iso(moment: FirestoreTimestamp | null | undefined): string | null {
  return moment ? moment.toDate().toISOString() : null;
}
