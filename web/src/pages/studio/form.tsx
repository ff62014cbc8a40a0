import { useEffect, useRef } from "preact/hooks";
import type { Catalog } from "../../api/client";
import { Button } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { lengthOf } from "../../i18n/typed";
import { type Draft, type Faults, faultsOf, PROMPT_MAX } from "../../ordering/draft";
import type { Order } from "../../ordering/order";
import { Cost, useFunds } from "./cost";
import { MoreOptions } from "./more";
import { Options } from "./options";
import { PromptField } from "./prompt";

interface OrderFormProps {
  catalog: Catalog;
  draft: Draft;
  change: (changes: Partial<Draft>) => void;
  faults: Faults;
  setFaults: (faults: Faults) => void;
  /** Counts how often the form was filled in from a picture. Each time, the focus moves to the form. */
  fills: number;
  orders: readonly Order[];
  create: (draft: Draft) => void;
}

export function OrderForm(props: OrderFormProps) {
  const { catalog, draft, change, faults, setFaults, orders, create } = props;
  const { t } = useI18n();
  const form = useFocus(faults, props.fills);
  const funds = useFunds(catalog, draft, orders);
  const findFaults = useFindFaults();
  const edit = (changes: Partial<Draft>) => {
    change(changes);
    setFaults(without(faults, changes));
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const found = findFaults(draft);
    setFaults(found);
    if (Object.keys(found).length === 0) create(draft);
  };
  return (
    <form ref={form} class="card studio-form" aria-labelledby="studio-form" noValidate onSubmit={submit}>
      <h2 id="studio-form">{t("studio.form")}</h2>
      <PromptField value={draft.prompt} error={faults.prompt} onValue={(prompt) => edit({ prompt })} />
      <Options catalog={catalog} draft={draft} faults={faults} edit={edit} />
      <MoreOptions seed={draft.seed} error={faults.seed} onSeed={(seed) => edit({ seed })} />
      <div class="studio-order">
        <Cost catalog={catalog} funds={funds} onSize={(size) => edit({ size })} />
        <Button type="submit" kind="primary" disabled={funds.isShort} aria-describedby="studio-cost">
          {funds.isShort ? t("studio.notEnough") : t("studio.create")}
        </Button>
      </div>
    </form>
  );
}

/** Removes the faults of the fields that are being changed. */
function without(faults: Faults, changes: Partial<Draft>): Faults {
  return Object.fromEntries(Object.entries(faults).filter(([field]) => !(field in changes)));
}

function useFindFaults() {
  const { t } = useI18n();
  return (draft: Draft): Faults => {
    const count = lengthOf(draft.prompt) - PROMPT_MAX;
    const found = Object.entries(faultsOf(draft));
    return Object.fromEntries(found.map(([field, fault]) => [field, t(`studio.fault.${fault}`, { count })]));
  };
}

function useFocus(faults: Faults, fills: number) {
  const form = useRef<HTMLFormElement>(null);
  const count = useRef(0);
  useEffect(() => {
    const now = Object.keys(faults).length;
    const isNew = now > count.current;
    count.current = now;
    const field = isNew && form.current?.querySelector(".fault")?.closest(".field, .choice");
    if (field) field.querySelector<HTMLElement>("textarea, input:checked, input")?.focus();
  }, [faults]);
  useEffect(() => {
    if (fills > 0) form.current?.querySelector("textarea")?.focus();
  }, [fills]);
  return form;
}
