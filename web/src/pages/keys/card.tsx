import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Badge, Button, type Tone } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { ALL_SCOPES, type Intent, type Key, type KeyState, keyState } from "./key";

const TONES: Record<KeyState, Tone> = { active: "good", expired: "warn", revoked: "calm" };

const NEARLY_ALL = 0.8;

interface KeyCardProps {
  of: Key;
  /** Is called when an action is chosen. It is left out for keys that have ended. */
  onIntent?: (intent: Intent) => void;
}

export function KeyCard({ of: key, onIntent }: KeyCardProps) {
  const { t } = useI18n();
  const id = useId();
  const state = keyState(key);
  return (
    <li class="card keys-card" aria-labelledby={id}>
      <header class="keys-head">
        <h3 id={id} dir="auto">
          {key.name}
        </h3>
        <Badge tone={TONES[state]}>{t(`keys.state.${state}`)}</Badge>
        <code class="keys-id">dk_{key.id}_…</code>
      </header>
      <Scopes scopes={key.scopes} />
      {onIntent && <Budgets of={key} />}
      <Properties of={key} />
      {onIntent && (
        <div class="row">
          <Button aria-describedby={id} onClick={() => onIntent({ to: "change", key })}>
            {t("keys.change.open")}
          </Button>
          <Button aria-describedby={id} onClick={() => onIntent({ to: "rotate", key })}>
            {t("keys.rotate.open")}
          </Button>
          <Button kind="danger" aria-describedby={id} onClick={() => onIntent({ to: "revoke", key })}>
            {t("keys.revoke.open")}
          </Button>
        </div>
      )}
    </li>
  );
}

function Scopes({ scopes }: { scopes: readonly string[] }) {
  const { t } = useI18n();
  return (
    <div class="keys-scopes">
      <span class="hint">{t("keys.scopes.may")}</span>
      <ul>
        {ALL_SCOPES.filter((scope) => scopes.includes(scope)).map((scope) => (
          <li key={scope} title={scope}>
            {t(`keys.scope.${scope}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Budgets({ of: { budget, spent } }: { of: Key }) {
  const { t } = useI18n();
  return (
    <div class="keys-budgets">
      <Budget
        label={t("keys.spent.today")}
        spent={spent.today}
        most={budget.per_day}
        left={spent.today_remaining}
      />
      <Budget
        label={t("keys.spent.month")}
        spent={spent.this_month}
        most={budget.per_month}
        left={spent.this_month_remaining}
      />
    </div>
  );
}

interface BudgetProps {
  label: string;
  spent: number;
  most: number | null;
  left: number | null;
}

/** Shows what a key has spent of its budget. All numbers are credits. */
function Budget({ label, spent, most, left }: BudgetProps) {
  const { t, number } = useI18n();
  const used =
    most === null
      ? t("keys.spent.used", { count: spent, amount: number(spent) })
      : t("keys.spent.of", { count: most, spent: number(spent), most: number(most) });
  return (
    <div class="keys-budget">
      <span class="hint">{label}</span>
      <strong>{used}</strong>
      {most !== null && <Meter share={most === 0 ? 1 : Math.min(1, spent / most)} />}
      <span class="hint">
        {left === null
          ? t("keys.spent.noLimit")
          : t("keys.spent.left", { count: left, amount: number(left) })}
      </span>
    </div>
  );
}

/** Shows a share as a bar. Screen readers skip it, because the words around it say the same. */
function Meter({ share }: { share: number }) {
  const tone = share >= 1 ? " keys-out" : share >= NEARLY_ALL ? " keys-low" : "";
  return (
    <svg class={`keys-meter${tone}`} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width={share * 100} height={1} />
    </svg>
  );
}

function Properties({ of: key }: { of: Key }) {
  const { t, moment, number } = useI18n();
  const overlaps = key.previous_secret_until !== null && Date.parse(key.previous_secret_until) > Date.now();
  return (
    <dl class="keys-properties">
      <Property label={t("keys.property.created")}>{moment(key.created_at)}</Property>
      <Property label={t("keys.property.lastUsed")}>
        {key.last_used_at ? moment(key.last_used_at) : t("keys.property.neverUsed")}
      </Property>
      {key.revoked_at ? (
        <Property label={t("keys.property.revoked")}>{moment(key.revoked_at)}</Property>
      ) : (
        <Property label={t(key.is_active ? "keys.property.expires" : "keys.property.expired")}>
          {key.expires_at ? moment(key.expires_at) : t("keys.property.neverExpires")}
        </Property>
      )}
      {key.in_flight > 0 && <Property label={t("keys.property.inFlight")}>{number(key.in_flight)}</Property>}
      {key.rotated_at && <Property label={t("keys.property.rotated")}>{moment(key.rotated_at)}</Property>}
      {key.is_active && overlaps && key.previous_secret_until && (
        <Property label={t("keys.property.previous")}>{moment(key.previous_secret_until)}</Property>
      )}
    </dl>
  );
}

function Property({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
