import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useI18n } from "../i18n/i18n";

type Kind = "primary" | "plain" | "quiet" | "danger";

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon"> {
  kind?: Kind;
  /** While true, presses do nothing and a spinner shows. The button keeps the focus, which `disabled` would drop. */
  busy?: boolean;
}

export function Button({ kind = "plain", busy = false, type = "button", children, ...rest }: ButtonProps) {
  const whileBusy = busy && { "aria-disabled": true, onClick: (event: Event) => event.preventDefault() };
  return (
    <button {...rest} {...whileBusy} type={type} class={`button ${kind}`} aria-busy={busy}>
      {busy && <span class="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

interface ButtonLinkProps {
  href: string;
  kind?: Kind;
  children: ComponentChildren;
}

export function ButtonLink({ href, kind = "plain", children }: ButtonLinkProps) {
  return (
    <a class={`button ${kind}`} href={href}>
      {children}
    </a>
  );
}

/** Copies a text, and then says whether it could. Over plain HTTP from another machine it cannot. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useI18n();
  const [said, setSaid] = useState<"common.copied" | "common.notCopied">();
  const copy = () =>
    writeText(text).then(
      () => setSaid("common.copied"),
      () => setSaid("common.notCopied"),
    );
  return (
    <Button kind="quiet" onClick={copy} aria-live="polite">
      {said ? t(said) : label}
    </Button>
  );
}

/** Rejects if the page came over plain HTTP from another machine, because then `navigator.clipboard` is undefined. */
async function writeText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
