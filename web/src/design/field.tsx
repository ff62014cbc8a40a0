import type {
  ComponentChildren,
  InputHTMLAttributes,
  SelectHTMLAttributes,
  TextareaHTMLAttributes,
} from "preact";
import { useId } from "preact/hooks";

interface Labelled {
  label: string;
  hint?: string | undefined;
  /** Says what is wrong with the value. It is shown below the field, and screen readers read it out. */
  error?: string | undefined;
}

interface Described {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

function Field({
  label,
  hint,
  error,
  children,
}: Labelled & { children: (described: Described) => ComponentChildren }) {
  const id = useId();
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-invalid": Boolean(error), "aria-describedby": notes || undefined })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="fault" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

/** Says whether a field holds typed text, which keeps its own direction. A date has the direction of the page. */
const isTyped = (type: unknown) => type === undefined || type === "text" || type === "search";

type Without<T> = Omit<T, "label" | "id" | "icon" | "onInput" | "onChange" | "value">;

interface Text extends Labelled {
  value: string;
  onValue: (value: string) => void;
}

export function TextField({ label, hint, error, onValue, ...rest }: Text & Without<InputHTMLAttributes>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => (
        <input
          dir={isTyped(rest.type) ? "auto" : undefined}
          {...rest}
          {...described}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function TextArea({ label, hint, error, onValue, ...rest }: Text & Without<TextareaHTMLAttributes>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => (
        <textarea
          dir="auto"
          {...rest}
          {...described}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface Option {
  value: string;
  label: string;
}

interface Select extends Text {
  options: readonly Option[];
}

export function SelectField({
  label,
  hint,
  error,
  options,
  value,
  onValue,
  ...rest
}: Select & Without<SelectHTMLAttributes>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => (
        <select
          {...rest}
          {...described}
          value={value}
          onChange={(event) => onValue(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckFieldProps extends Labelled {
  /** A switch turns something on or off. Without this, it is a box to tick. */
  isSwitch?: boolean;
  checked: boolean;
  onChecked: (checked: boolean) => void;
}

export function CheckField({ label, hint, error, isSwitch, checked, onChecked }: CheckFieldProps) {
  const id = useId();
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="check">
      <input
        type="checkbox"
        role={isSwitch ? "switch" : undefined}
        id={id}
        checked={checked}
        aria-invalid={error ? true : undefined}
        aria-describedby={notes || undefined}
        onChange={(event) => onChecked(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="fault" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps extends Labelled {
  value: string;
  onValue: (value: string) => void;
  options: readonly { value: string; label: string; note?: ComponentChildren }[];
}

/** Lets the reader choose one of a few options, which are radio buttons that look like tiles. */
export function Choice({ label, hint, error, value, onValue, options }: ChoiceProps) {
  const name = useId();
  const notes = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return (
    <fieldset class="choice" aria-describedby={notes || undefined}>
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onValue(option.value)}
          />
          <span class="tile">
            <span>{option.label}</span>
            {option.note && <small>{option.note}</small>}
          </span>
        </label>
      ))}
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="fault" id={`${name}-error`}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
