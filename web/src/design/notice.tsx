import type { ComponentChildren } from "preact";
import { ApiError } from "../api/problem";
import { type Translate, useI18n } from "../i18n/i18n";
import type { Tone } from "./badge";
import { Button } from "./button";

interface NoticeProps {
  tone?: Tone;
  title?: string | undefined;
  children?: ComponentChildren;
  action?: ComponentChildren;
}

export function Notice({ tone = "calm", title, children, action }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <div>
        {title && <strong>{title}</strong>}
        {children}
      </div>
      {action}
    </div>
  );
}

interface ErrorNoticeProps {
  error: unknown;
  retry?: (() => void) | undefined;
}

/** Says what went wrong and what to do: in the reader's language if the code is known, else in the words of the API. */
export function ErrorNotice({ error, retry }: ErrorNoticeProps) {
  const { t } = useI18n();
  const action = retry && <Button onClick={retry}>{t("common.tryAgain")}</Button>;
  return (
    <Notice tone="bad" action={action}>
      <p>{explanation(error, t)}</p>
    </Notice>
  );
}

function explanation(error: unknown, t: Translate): string {
  if (!(error instanceof ApiError)) return t("common.error.bug");
  const { required, available, request_id: requestId } = error.problem;
  switch (error.code) {
    case "offline":
    case "app_check":
    case "rate_limited":
    case "unavailable":
    case "unauthenticated":
    case "permission_denied":
    case "user_inactive":
      return t(`common.error.${error.code}`);
    case "insufficient_credits":
      return t("common.error.insufficient_credits", { required: required ?? 0, available: available ?? 0 });
    case "internal":
    case "unknown":
      return t("common.error.internal", { requestId: requestId ?? "–" });
    default:
      return faults(error) || error.message;
  }
}

function faults(error: ApiError): string {
  const { errors = [] } = error.problem;
  return (errors ?? []).map(({ pointer, detail }) => `${pointer.replace(/^\//, "")}: ${detail}`).join("; ");
}

/** Is shown in the place of content while it is loaded. */
export function Skeleton({ lines = 3, tall = false }: { lines?: number; tall?: boolean }) {
  const { t } = useI18n();
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{t("common.loading")}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class={tall ? "tall" : ""} aria-hidden="true" />
      ))}
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}

/** Is shown in the place of a list that has no items. It says what would be there, and how it gets there. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}
