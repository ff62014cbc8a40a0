import { useEffect, useRef } from "preact/hooks";
import type { Catalog, Model } from "../../api/client";
import { Button } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { type Draft, type Faults, faultsOf, filledFrom, knownTo } from "../../ordering/draft";
import type { Params } from "../../ordering/fields";
import type { Order } from "../../ordering/order";
import { Cost, useFunds } from "./cost";
import { MoreOptions } from "./more";
import { Options } from "./options";
import { PromptField } from "./prompt";

interface OrderFormProps {
  catalog: Catalog;
  models: readonly Model[];
  draft: Draft;
  change: (changes: Partial<Draft>) => void;
  faults: Faults;
  setFaults: (faults: Faults) => void;
  /** Counts how often the form was filled in from a picture. Each time, the focus moves to the form. */
  fills: number;
  orders: readonly Order[];
  create: (draft: Draft) => void;
}

/** Is the order form. It is made from the schema of the chosen model. */
export function OrderForm(props: OrderFormProps) {
  const { catalog, models, draft, change, faults, setFaults, orders, create } = props;
  const { t } = useI18n();
  const form = useFocus(faults, props.fills);
  const funds = useFunds(models, draft, orders);
  const findFaults = useFindFaults();
  const model = models.find(({ id }) => id === draft.model);
  const edit = (changes: Partial<Draft>, ...places: string[]) => {
    change(changes);
    setFaults(without(faults, places));
  };
  const editParams = (params: Params) => {
    const places = Object.keys(params).map((name) => `/params/${name}`);
    edit({ params: { ...draft.params, ...params } }, ...places);
  };
  const chooseModel = (id: string) => {
    change(filledFrom(models, { ...draft, model: id }));
    setFaults({});
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const found = findFaults(draft, model);
    setFaults(found);
    if (model && Object.keys(found).length === 0) create(knownTo(model, draft));
  };
  return (
    <form ref={form} class="card studio-form" aria-labelledby="studio-form" noValidate onSubmit={submit}>
      <h2 id="studio-form">{t("studio.form")}</h2>
      <PromptField
        value={draft.prompt}
        most={model?.prompt_max}
        error={faults["/prompt"]}
        onValue={(prompt) => edit({ prompt }, "/prompt")}
      />
      <Options
        catalog={catalog}
        models={models}
        model={model}
        draft={draft}
        faults={faults}
        onModel={chooseModel}
        onParam={(name, value) => editParams({ [name]: value })}
      />
      <MoreOptions seed={draft.seed} error={faults["/seed"]} onSeed={(seed) => edit({ seed }, "/seed")} />
      <div class="studio-order">
        <Cost catalog={catalog} model={model} params={draft.params} funds={funds} onParams={editParams} />
        <Button type="submit" kind="primary" disabled={funds.isShort} aria-describedby="studio-cost">
          {funds.isShort ? t("studio.notEnough") : t("studio.create")}
        </Button>
      </div>
    </form>
  );
}

/** Removes the faults of the fields that are being changed. */
function without(faults: Faults, places: string[]): Faults {
  return Object.fromEntries(Object.entries(faults).filter(([place]) => !places.includes(place)));
}

function useFindFaults() {
  const { t } = useI18n();
  return (draft: Draft, model: Model | undefined): Faults => {
    const found = Object.entries(faultsOf(draft, model));
    return Object.fromEntries(
      found.map(([place, { name, values }]) => [place, t(`studio.fault.${name}`, values)]),
    );
  };
}

function useFocus(faults: Faults, fills: number) {
  const form = useRef<HTMLFormElement>(null);
  const count = useRef(0);
  useEffect(() => {
    const now = Object.keys(faults).length;
    const isNew = now > count.current;
    count.current = now;
    const field = isNew && form.current?.querySelector(".fault")?.closest(".field, .choice, .check");
    if (field) field.querySelector<HTMLElement>("textarea, select, input:checked, input")?.focus();
  }, [faults]);
  useEffect(() => {
    if (fills > 0) form.current?.querySelector("textarea")?.focus();
  }, [fills]);
  return form;
}
