import { useMutation } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../../api/problem";
import { Button, Dialog, ErrorNotice, Notice, TextArea, TextField } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { lengthOf } from "../../i18n/typed";

const REASON_MAX = 500;

interface ReasonDialogProps<Result> {
  title: string;
  /** Says what will happen. */
  children: ComponentChildren;
  confirm: string;
  kind?: "primary" | "danger";
  /** The text that has to be typed to confirm an action that cannot be undone. */
  typed?: string;
  /** Returns the page's own words for a refusal, or undefined if the usual ones will do. */
  refusal?: (error: unknown) => string | undefined;
  act: (reason: string) => Promise<Result>;
  /** Is called with the result. The button stays busy until its promise is settled. */
  onDone: (result: Result) => unknown;
  onClose: () => void;
}

/** Asks for the reason of an operator's action, which the audit log keeps, and then does the action. */
export function ReasonDialog<Result>(props: ReasonDialogProps<Result>) {
  const { t } = useI18n();
  const [reason, setReason] = useState("");
  const [echo, setEcho] = useState("");
  const [faults, setFaults] = useState<{ reason?: string; echo?: string }>({});
  const action = useMutation({ mutationFn: () => props.act(reason.trim()), onSuccess: props.onDone });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const found = {
      ...(!reason.trim() && { reason: t("audit.reason.missing") }),
      ...(props.typed && echo.trim() !== props.typed && { echo: t("audit.typed.wrong") }),
    };
    setFaults(found);
    if (Object.keys(found).length > 0) focusFirstFault(event.currentTarget);
    else action.mutate();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        {props.children}
        <ReasonField value={reason} onValue={setReason} error={faults.reason ?? refusedField(action.error)} />
        {props.typed && (
          <TextField
            label={t("audit.typed.label", { word: props.typed })}
            value={echo}
            onValue={setEcho}
            error={faults.echo}
            autoComplete="off"
            spellcheck={false}
          />
        )}
        {action.isError && <Refusal error={action.error} words={props.refusal?.(action.error)} />}
        <DialogActions onClose={props.onClose}>
          <Button type="submit" kind={props.kind ?? "primary"} busy={action.isPending}>
            {props.confirm}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

interface ReasonFieldProps {
  value: string;
  onValue: (value: string) => void;
  error?: string | undefined;
  hint?: string;
}

export function ReasonField({ value, onValue, error, hint }: ReasonFieldProps) {
  const { t } = useI18n();
  const count = lengthOf(value) - REASON_MAX;
  return (
    <TextArea
      label={t("audit.reason.label")}
      hint={hint ?? t("audit.reason.hint")}
      value={value}
      onValue={onValue}
      error={count > 0 ? t("studio.fault.long", { count }) : error}
      rows={3}
      required
    />
  );
}

export function DialogActions({ onClose, children }: { onClose: () => void; children: ComponentChildren }) {
  const { t } = useI18n();
  return (
    <div class="admin-actions">
      <Button kind="quiet" onClick={onClose}>
        {t("common.cancel")}
      </Button>
      {children}
    </div>
  );
}

/** Shows a refusal, in the words of the page if it has some. A fault of the reason is shown at its field instead. */
export function Refusal({ error, words }: { error: unknown; words?: string | undefined }) {
  if (words) return <Notice tone="bad">{words}</Notice>;
  return refusedField(error) ? null : <ErrorNotice error={error} />;
}

function refusedField(error: unknown): string | undefined {
  return error instanceof ApiError ? (error.fault("/reason") ?? error.fault("reason")) : undefined;
}

/** Moves the focus to the first field with a fault. It waits for the next frame, when the faults are on the page. */
export function focusFirstFault(form: EventTarget | null): void {
  requestAnimationFrame(() => {
    if (form instanceof HTMLElement) form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  });
}
