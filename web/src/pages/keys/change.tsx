import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, body } from "../../api/client";
import { queries, keys as remembered } from "../../api/queries";
import { Dialog } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { budgetOf, type Draft, draftOf, type Faults, faultsIn } from "./draft";
import { BudgetFields, KeyForm, NameField, useFaultAt } from "./form";
import type { Key } from "./key";

interface ChangeDialogProps {
  of: Key;
  onClose: () => void;
  onChanged: (key: Key) => void;
}

export function ChangeDialog({ of: key, onClose, onChanged }: ChangeDialogProps) {
  const { t } = useI18n();
  const [draft, setDraft] = useState(() => draftOf(key));
  const [{ faults, faulty }, setFaults] = useState<{ faults: Faults; faulty: number }>({
    faults: {},
    faulty: 0,
  });
  const change = useMutation({
    mutationFn: () =>
      body(
        api.PATCH("/v1/keys/{id}", {
          params: { path: { id: key.id } },
          body: { name: draft.name.trim(), budget: budgetOf(draft) },
        }),
      ),
    onSuccess: (changed) => {
      queries.invalidateQueries({ queryKey: remembered.apiKeys });
      onChanged(changed);
    },
  });
  const submit = () => {
    const { name, perDay, perMonth } = faultsIn(draft, new Date());
    const found = { ...(name && { name }), ...(perDay && { perDay }), ...(perMonth && { perMonth }) };
    const isFaulty = Object.keys(found).length > 0;
    setFaults({ faults: found, faulty: faulty + Number(isFaulty) });
    if (!isFaulty) change.mutate();
  };
  const faultAt = useFaultAt(faults, change.error);
  const fields = { draft, faultAt, change: (part: Partial<Draft>) => setDraft({ ...draft, ...part }) };
  return (
    <Dialog title={t("keys.change.title", { name: key.name })} onClose={onClose}>
      <KeyForm
        submit={t("common.save")}
        busy={change.isPending}
        faulty={faulty}
        error={change.error}
        onSubmit={submit}
        onClose={onClose}
      >
        <NameField {...fields} />
        <BudgetFields {...fields} />
      </KeyForm>
    </Dialog>
  );
}
