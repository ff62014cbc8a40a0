import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Catalog } from "../../api/client";
import { CheckField, Choice, Credits, SelectField, TextField } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { rangeOf } from "../../ordering/draft";
import type { ChoiceField, Field, NumberField, OptionField, Param } from "../../ordering/fields";
import { namedAfter, useCatalogWords, useParameterNames } from "../../picture";
import { looksOf } from "./looks";

// A choice of more values than this is a list that opens, unless its values are options of the catalog.
const TILES_MAX = 6;

interface ParameterProps<Kind extends Field> {
  field: Kind;
  catalog: Catalog;
  value: Param | undefined;
  error: string | undefined;
  onValue: (value: Param) => void;
  /** Returns the price with a value, or undefined if this parameter does not decide the price. */
  priceWith: (value: Param) => number | undefined;
}

/** Shows the control for one parameter of a model. */
export function Parameter({ field, ...rest }: ParameterProps<Field>) {
  switch (field.kind) {
    case "option":
      return <OptionParameter field={field} {...rest} />;
    case "choice":
      return <ChoiceParameter field={field} {...rest} />;
    case "number":
      return <NumberParameter field={field} {...rest} />;
    case "switch":
      return <SwitchParameter field={field} {...rest} />;
    case "text":
      return <TextParameter field={field} {...rest} />;
  }
}

/** Returns the label and the hint of a field. */
function useTexts({ name, title, description }: Field): { label: string; hint: string } {
  const named = useParameterNames();
  const words = useCatalogWords();
  return { label: named(name, title), hint: words(description ?? "") };
}

/** Offers options of the catalog. Below them stands the description of the chosen one. */
function OptionParameter({ field, catalog, value, error, onValue, priceWith }: ParameterProps<OptionField>) {
  const { label, hint } = useTexts(field);
  const words = useCatalogWords();
  const offers: readonly { id: string; display_name: string; description: string }[] = catalog[field.list];
  const offer = (id: string) => offers.find((each) => each.id === id);
  const about = offer(String(value))?.description;
  return (
    <Choice
      label={label}
      hint={about ? words(about) : hint}
      error={error}
      value={String(value ?? "")}
      onValue={onValue}
      options={[
        ...useNoChoice(field),
        ...field.values.map((id) => ({
          value: id,
          label: words(offer(id)?.display_name ?? namedAfter(id)),
          note: noteOf(looksOf(catalog, field.list, id), priceWith(id)),
        })),
      ]}
    />
  );
}

/** Offers the values of a list. Few values are tiles, and many are a list that opens. */
function ChoiceParameter({ field, value, error, onValue, priceWith }: ParameterProps<ChoiceField>) {
  const { t } = useI18n();
  const words = useCatalogWords();
  const values = field.values.map((each) => ({
    value: String(each),
    label: typeof each === "string" ? words(namedAfter(each)) : String(each),
    price: priceWith(each),
  }));
  const noChoice = useNoChoice(field);
  const common = {
    ...useTexts(field),
    error,
    value: String(value ?? ""),
    onValue: (text: string) => onValue(field.values.find((each) => String(each) === text) ?? ""),
  };
  if (values.length <= TILES_MAX) {
    const tiles = values.map(({ price, ...tile }) => ({ ...tile, note: noteOf(null, price) }));
    return <Choice {...common} options={[...noChoice, ...tiles]} />;
  }
  const lines = values.map(({ value, label, price }) => ({
    value,
    label: price === undefined ? label : t("studio.choice.priced", { label, price }),
  }));
  return <SelectField {...common} options={[...noChoice, ...lines]} />;
}

/** Returns the choice of no value, for a field that needs none and has no default. */
function useNoChoice({ isRequired, initial }: Field): { value: string; label: string }[] {
  const { t } = useI18n();
  return isRequired || initial !== undefined ? [] : [{ value: "", label: t("studio.choice.none") }];
}

function noteOf(looks: ComponentChildren, price: number | undefined): ComponentChildren {
  if (!looks && price === undefined) return null;
  return (
    <>
      {looks}
      {price !== undefined && <Credits value={price} />}
    </>
  );
}

/** Takes a number as text, so that a number that is being typed is never changed under the reader's hands. */
function NumberParameter({ field, value = "", error, onValue }: ParameterProps<NumberField>) {
  const { t } = useI18n();
  const { label, hint } = useTexts(field);
  const [text, setText] = useState(String(value));
  const range = rangeOf(field);
  const hasRange = range.bounds !== "none" && !error;
  const hints = [hasRange && t("studio.fault.number", range), hint].filter(Boolean);
  return (
    <TextField
      label={label}
      hint={hints.join(" ")}
      error={error}
      inputMode={field.isWhole ? "numeric" : "decimal"}
      autoComplete="off"
      value={numberIn(text) === value ? text : String(value)}
      onValue={(typed) => {
        setText(typed);
        onValue(numberIn(typed));
      }}
    />
  );
}

/** Returns the number that a text writes, with a point or a comma, or the text itself if it writes none. */
function numberIn(text: string): Param {
  return /^-?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : text.trim();
}

function SwitchParameter({ field, value, error, onValue }: ParameterProps<Field>) {
  const { label, hint } = useTexts(field);
  return (
    <CheckField
      isSwitch
      label={label}
      hint={hint}
      error={error}
      checked={value === true}
      onChecked={onValue}
    />
  );
}

function TextParameter({ field, value = "", error, onValue }: ParameterProps<Field>) {
  return <TextField {...useTexts(field)} error={error} value={String(value)} onValue={onValue} />;
}
