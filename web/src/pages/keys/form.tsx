import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../../api/problem";
import { Button, ErrorNotice, Notice, TextField } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { type Draft, type Faults, type Field, isShownAtFields, NAME_MAX, refusedFault } from "./draft";

interface KeyFormProps {
  submit: string;
  busy: boolean;
  /** Counts the submissions that found faults. Each one moves the focus to the first fault. */
  faulty?: number;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  /** True if the submission ends something, such as a key. */
  isDanger?: boolean;
  children: ComponentChildren;
}

/** Shows the form of each dialog of the page: its fields, an error, and the buttons to submit and to cancel. */
export function KeyForm({
  submit,
  busy,
  faulty = 0,
  error,
  onSubmit,
  onClose,
  isDanger,
  children,
}: KeyFormProps) {
  const { t } = useI18n();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (faulty > 0 || error)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-faulty] input')?.focus();
  }, [faulty, error]);
  return (
    <form
      ref={form}
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) onSubmit();
      }}
    >
      {children}
      {error != null && !isShownAtFields(error) && <Refusal error={error} />}
      <div class="row keys-ways">
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button kind={isDanger ? "danger" : "primary"} type="submit" busy={busy}>
          {submit}
        </Button>
      </div>
    </form>
  );
}

const KNOWN = ["too_many_keys", "key_not_found"] as const;

function Refusal({ error }: { error: unknown }) {
  const { t } = useI18n();
  const code = error instanceof ApiError ? KNOWN.find((each) => each === error.code) : undefined;
  return code ? <Notice tone="bad">{t(`keys.error.${code}`)}</Notice> : <ErrorNotice error={error} />;
}

/** Returns a function that gives the fault of a field: the one that was found here, else the one that the API found. */
export function useFaultAt(faults: Faults, error: unknown): (field: Field) => string | undefined {
  const { t } = useI18n();
  return (field) => {
    const fault = faults[field];
    return fault ? t(`keys.fault.${fault}`, { most: NAME_MAX }) : refusedFault(error, field);
  };
}

interface DraftFieldsProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  faultAt: (field: Field) => string | undefined;
}

export function NameField({ draft, change, faultAt }: DraftFieldsProps) {
  const { t } = useI18n();
  return (
    <TextField
      label={t("keys.field.name")}
      hint={t("keys.field.nameHint")}
      value={draft.name}
      error={faultAt("name")}
      onValue={(name) => change({ name })}
      autoComplete="off"
      required
      autoFocus
    />
  );
}

export function BudgetFields({ draft, change, faultAt }: DraftFieldsProps) {
  const { t } = useI18n();
  return (
    <fieldset class="keys-group">
      <legend>{t("keys.field.budget")}</legend>
      <p class="hint">{t("keys.field.budgetHint")}</p>
      <div class="keys-pair">
        <TextField
          label={t("keys.field.perDay")}
          value={draft.perDay}
          error={faultAt("perDay")}
          onValue={(perDay) => change({ perDay })}
          placeholder={t("keys.field.noLimit")}
          inputMode="numeric"
          autoComplete="off"
        />
        <TextField
          label={t("keys.field.perMonth")}
          value={draft.perMonth}
          error={faultAt("perMonth")}
          onValue={(perMonth) => change({ perMonth })}
          placeholder={t("keys.field.noLimit")}
          inputMode="numeric"
          autoComplete="off"
        />
      </div>
    </fieldset>
  );
}
