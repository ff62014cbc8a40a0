import { useMutation } from "@tanstack/preact-query";
import { useRef, useState } from "preact/hooks";
import { api, body, type Schemas } from "../../api/client";
import { ApiError } from "../../api/problem";
import { creditsMoved, keys, queries } from "../../api/queries";
import { Button, Choice, Credits, Dialog, TextField } from "../../design";
import { type Translate, useI18n } from "../../i18n/i18n";
import { DialogActions, focusFirstFault, ReasonField, Refusal } from "../admin/reason-dialog";
import { type Adjustment, type Direction, IdempotencyKeys, signedCredits } from "./adjust";

type Adjusted = Schemas["AdjustmentResource"];

interface AdjustDialogProps {
  user: Schemas["AdminUserResource"];
  onDone: (adjusted: Adjusted) => void;
  onClose: () => void;
}

export function AdjustDialog({ user, onDone, onClose }: AdjustDialogProps) {
  const { t } = useI18n();
  const [wanted, setWanted] = useState<Adjustment>({ direction: "give", amount: "", reason: "" });
  const [wasPressed, setPressed] = useState(false);
  const action = useAdjustment(user.id, onDone);
  const faults = wasPressed ? faultsOf(wanted, action.error, t) : {};
  const change = (part: Partial<Adjustment>) => setWanted({ ...wanted, ...part });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setPressed(true);
    const credits = signedCredits(wanted);
    if (credits === undefined || !wanted.reason.trim()) focusFirstFault(event.currentTarget);
    else action.mutate({ credits, reason: wanted.reason.trim() });
  };
  return (
    <Dialog title={t("users.adjust.title")} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        <AmountFields wanted={wanted} change={change} fault={faults.amount} />
        <ReasonField
          value={wanted.reason}
          onValue={(reason) => change({ reason })}
          error={faults.reason}
          hint={t("users.adjust.reasonHint")}
        />
        <BalanceAfterwards balance={user.current_credits} moved={signedCredits(wanted)} />
        {action.isError && !action.isPending && (
          <Refusal error={action.error} words={refusalWords(action.error, t)} />
        )}
        <DialogActions onClose={onClose}>
          <Button type="submit" kind="primary" busy={action.isPending}>
            {t(wanted.direction === "give" ? "users.adjust.give" : "users.adjust.take")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** Credits that are given here begin at once, never expire, and are no grant. */
const WITHOUT_TERMS = { effective_at: null, expires_at: null, priority: null };

function useAdjustment(id: string, onDone: (adjusted: Adjusted) => void) {
  const idempotencyKeys = useRef(new IdempotencyKeys());
  return useMutation({
    mutationFn: (wanted: Pick<Schemas["Adjust"], "credits" | "reason">) =>
      body(
        api.POST("/v1/admin/users/{id}/adjustments", {
          params: { path: { id }, header: { "Idempotency-Key": idempotencyKeys.current.of(wanted) } },
          body: { ...wanted, ...WITHOUT_TERMS },
        }),
      ),
    onSuccess: (adjusted) => {
      queries.invalidateQueries({ queryKey: keys.admin() });
      creditsMoved();
      onDone(adjusted);
    },
  });
}

interface AmountFieldsProps {
  wanted: Adjustment;
  change: (part: Partial<Adjustment>) => void;
  fault?: string | undefined;
}

function AmountFields({ wanted, change, fault }: AmountFieldsProps) {
  const { t } = useI18n();
  return (
    <>
      <Choice
        label={t("users.adjust.direction")}
        value={wanted.direction}
        onValue={(direction) => change({ direction: direction as Direction })}
        options={[
          { value: "give", label: t("users.adjust.give") },
          { value: "take", label: t("users.adjust.take") },
        ]}
      />
      <TextField
        label={t("users.adjust.amount")}
        value={wanted.amount}
        onValue={(amount) => change({ amount })}
        error={fault}
        inputMode="numeric"
        autoComplete="off"
        required
      />
    </>
  );
}

/** Shows what the balance would be after the adjustment. */
function BalanceAfterwards({ balance, moved }: { balance: number; moved: number | undefined }) {
  const { t } = useI18n();
  return (
    <p class="users-ahead" aria-live="polite">
      <span>{t("users.adjust.ahead")}</span>
      <strong>
        <Credits value={balance + (moved ?? 0)} />
      </strong>
    </p>
  );
}

function faultsOf(wanted: Adjustment, error: unknown, t: Translate): { amount?: string; reason?: string } {
  const refused = error instanceof ApiError ? error : undefined;
  const amount =
    signedCredits(wanted) === undefined ? t("users.adjust.amountMissing") : refused?.fault("/credits");
  const reason = wanted.reason.trim() ? refused?.fault("/reason") : t("audit.reason.missing");
  return { ...(amount && { amount }), ...(reason && { reason }) };
}

function refusalWords(error: unknown, t: Translate): string | undefined {
  if (!(error instanceof ApiError) || error.code !== "insufficient_credits") return undefined;
  return t("users.adjust.tooMuch", { available: error.problem.available ?? 0 });
}
