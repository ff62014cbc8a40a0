import { useEffect, useId, useRef } from "preact/hooks";
import { Button, CopyButton } from "../../design";
import { type I18n, useI18n } from "../../i18n/i18n";
import { exampleOf } from "./example";
import type { IssuedKey } from "./key";

interface SecretProps {
  issued: IssuedKey;
  /** True for a new key, false for a new secret of an old key. */
  isNew: boolean;
  onSafe: () => void;
}

/**
 * Shows a secret.
 *
 * It stands on the page, because a dialog could be closed by accident, and the secret would be lost.
 */
export function Secret({ issued, isNew, onSafe }: SecretProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const id = useId();
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus({ preventScroll: true });
    head.current?.scrollIntoView({ block: "center" });
  }, []);
  const example = exampleOf(issued, location.origin);
  return (
    <section class="card keys-secret" aria-labelledby={id}>
      <h2 id={id} ref={head} tabIndex={-1}>
        {t(isNew ? "keys.secret.new" : "keys.secret.rotated", { name: issued.name })}
      </h2>
      <p class="keys-warning">{t("keys.secret.once")}</p>
      <Copied text={issued.key} label={t("keys.secret.key")} copy={t("keys.secret.copyKey")} />
      {!isNew && <p>{previousSecret(issued, i18n)}</p>}
      {example && (
        <>
          <p>{t("keys.secret.try")}</p>
          <Copied text={example} label={t("keys.secret.command")} copy={t("keys.secret.copyCommand")} />
        </>
      )}
      <p class="hint">{t("keys.secret.care")}</p>
      <div class="row">
        <Button kind="primary" onClick={onSafe}>
          {t("keys.secret.done")}
        </Button>
      </div>
    </section>
  );
}

function previousSecret({ previous_secret_until: until }: IssuedKey, { t, moment }: I18n): string {
  return until ? t("keys.secret.previousUntil", { until: moment(until) }) : t("keys.secret.previousDead");
}

function Copied({ text, label, copy }: { text: string; label: string; copy: string }) {
  return (
    <div class="keys-copy">
      <span class="hint">{label}</span>
      <code>{text}</code>
      <CopyButton text={text} label={copy} />
    </div>
  );
}
