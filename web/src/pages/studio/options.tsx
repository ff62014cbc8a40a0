import type { Catalog, Model } from "../../api/client";
import { Choice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import type { Draft, Faults } from "../../ordering/draft";
import { type Field, fieldsOf, type Param } from "../../ordering/fields";
import { decidesPrice, priceOf } from "../../ordering/prices";
import { useCatalogWords } from "../../picture";
import { Parameter } from "./parameter";

interface OptionsProps {
  catalog: Catalog;
  models: readonly Model[];
  /** The chosen model, or undefined if it is no longer on offer. */
  model: Model | undefined;
  draft: Draft;
  faults: Faults;
  onModel: (id: string) => void;
  onParam: (name: string, value: Param) => void;
}

/** Offers the models, and then the parameters of the chosen one. */
export function Options({ catalog, models, model, draft, faults, onModel, onParam }: OptionsProps) {
  const { t } = useI18n();
  const words = useCatalogWords();
  const parameter = (field: Field, model: Model) => (
    <Parameter
      key={field.name}
      field={field}
      catalog={catalog}
      value={draft.params[field.name]}
      error={faults[`/params/${field.name}`]}
      onValue={(value) => onParam(field.name, value)}
      priceWith={(value) =>
        decidesPrice(model, field.name) ? priceOf(model, { ...draft.params, [field.name]: value }) : undefined
      }
    />
  );
  return (
    <div class="studio-options">
      <Choice
        label={t("studio.model")}
        hint={words(model?.description ?? "")}
        error={faults["/model"]}
        value={draft.model}
        onValue={onModel}
        options={models.map(({ id }) => ({ value: id, label: words(id) }))}
      />
      {model && fieldsOf(model).map((field) => parameter(field, model))}
    </div>
  );
}
