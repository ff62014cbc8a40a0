import { useMutation } from "@tanstack/preact-query";
import { useId, useState } from "preact/hooks";
import { api, body } from "../../api/client";
import { queries, keys as remembered } from "../../api/queries";
import { CheckField, Dialog, SelectField, TextField } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useSignedIn } from "../../session/session";
import { type Draft, EXPIRIES, type Expiry, type Faults, faultsIn, NEW_DRAFT, orderOf } from "./draft";
import { BudgetFields, KeyForm, NameField, useFaultAt } from "./form";
import { ADMIN_SCOPES, type IssuedKey, SCOPES, type Scope } from "./key";

interface CreateDialogProps {
  onClose: () => void;
  onIssued: (issued: IssuedKey) => void;
}

export function CreateDialog({ onClose, onIssued }: CreateDialogProps) {
  const { t } = useI18n();
  const [draft, setDraft] = useState(NEW_DRAFT);
  const [{ faults, faulty }, setFaults] = useState<{ faults: Faults; faulty: number }>({
    faults: {},
    faulty: 0,
  });
  const creation = useMutation({
    mutationFn: () => body(api.POST("/v1/keys", { body: orderOf(draft, new Date()) })),
    onSuccess: (issued) => {
      queries.invalidateQueries({ queryKey: remembered.apiKeys });
      onIssued(issued);
    },
  });
  const submit = () => {
    const found = faultsIn(draft, new Date());
    const isFaulty = Object.keys(found).length > 0;
    setFaults({ faults: found, faulty: faulty + Number(isFaulty) });
    if (!isFaulty) creation.mutate();
  };
  const faultAt = useFaultAt(faults, creation.error);
  const fields = { draft, faultAt, change: (part: Partial<Draft>) => setDraft({ ...draft, ...part }) };
  return (
    <Dialog title={t("keys.create.title")} onClose={onClose}>
      <KeyForm
        submit={t("keys.create.submit")}
        busy={creation.isPending}
        faulty={faulty}
        error={creation.error}
        onSubmit={submit}
        onClose={onClose}
      >
        <NameField {...fields} />
        <ScopeFields {...fields} />
        <ExpiryFields {...fields} />
        <BudgetFields {...fields} />
      </KeyForm>
    </Dialog>
  );
}

interface FieldsProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  faultAt: (field: "scopes" | "expiry") => string | undefined;
}

function ScopeFields({ draft, change, faultAt }: FieldsProps) {
  const { t } = useI18n();
  const { isAdmin } = useSignedIn();
  const chosen = (scopes: readonly Scope[]) => change({ scopes });
  return (
    <>
      <ScopeGroup
        legend={t("keys.field.scopes")}
        all={SCOPES}
        chosen={draft.scopes}
        onChosen={chosen}
        fault={faultAt("scopes")}
      />
      {isAdmin && (
        <details class="keys-more">
          <summary>{t("keys.field.adminScopes")}</summary>
          <ScopeGroup
            legend={t("keys.field.adminScopesLegend")}
            all={ADMIN_SCOPES}
            chosen={draft.scopes}
            onChosen={chosen}
          />
        </details>
      )}
    </>
  );
}

interface ScopeGroupProps {
  legend: string;
  all: readonly Scope[];
  chosen: readonly Scope[];
  onChosen: (scopes: Scope[]) => void;
  fault?: string | undefined;
}

function ScopeGroup({ legend, all, chosen, onChosen, fault }: ScopeGroupProps) {
  const { t } = useI18n();
  const id = useId();
  const toggled = (scope: Scope, isChosen: boolean) =>
    isChosen ? [...chosen, scope] : chosen.filter((each) => each !== scope);
  return (
    <fieldset
      class="keys-group"
      aria-describedby={fault ? id : undefined}
      {...(fault && { "data-faulty": "" })}
    >
      <legend>{legend}</legend>
      {all.map((scope) => (
        <CheckField
          key={scope}
          label={t(`keys.scope.${scope}`)}
          hint={t(`keys.scopeHint.${scope}`)}
          checked={chosen.includes(scope)}
          onChecked={(isChosen) => onChosen(toggled(scope, isChosen))}
        />
      ))}
      {fault && (
        <p class="fault" id={id}>
          {fault}
        </p>
      )}
    </fieldset>
  );
}

function ExpiryFields({ draft, change, faultAt }: FieldsProps) {
  const { t } = useI18n();
  const onDay = draft.expiry === "date";
  return (
    <div class="keys-pair">
      <SelectField
        label={t("keys.field.expiry")}
        value={draft.expiry}
        error={onDay ? undefined : faultAt("expiry")}
        onValue={(expiry) => change({ expiry: expiry as Expiry })}
        options={EXPIRIES.map((value) => ({ value, label: t(`keys.expiry.${value}`) }))}
      />
      {onDay && (
        <TextField
          type="date"
          label={t("keys.field.lastDay")}
          value={draft.lastDay}
          error={faultAt("expiry")}
          onValue={(lastDay) => change({ lastDay })}
          required
        />
      )}
    </div>
  );
}
