import type { Schemas } from "../../api/client";
import type { I18n } from "../../i18n/i18n";
import { namedAfter, type Option } from "../../picture";
import type { Property } from "../admin/properties";

type AnyGeneration = Schemas["AnyGenerationResource"];

const OPTIONS = ["style", "color", "size"] as const;

interface Names {
  inWords: (words: string) => string;
  named: (option: Option, id: string) => string;
}

/** Returns everything that the API tells about a generation. */
export function propertiesOf(generation: AnyGeneration, i18n: I18n, names: Names): Property[] {
  return [
    ...asked(generation, i18n, names),
    ...paid(generation, i18n),
    ...went(generation, i18n),
    ...labels(generation, i18n),
  ];
}

function asked(
  { id, kind, model, params }: AnyGeneration,
  { t }: I18n,
  { inWords, named }: Names,
): Property[] {
  return [
    { name: t("generations.column.id"), value: <code>{id}</code> },
    { name: t("generations.property.kind"), value: inWords(namedAfter(kind)) },
    { name: t("generations.property.model"), value: inWords(model) },
    ...OPTIONS.flatMap((option) => {
      const id = params[option];
      return id === undefined
        ? []
        : [{ name: t(`generations.property.${option}`), value: named(option, id) }];
    }),
    { name: t("generations.property.seed"), value: params.seed ?? t("generations.property.noSeed") },
  ];
}

function paid({ cost, price_version }: AnyGeneration, { t, number }: I18n): Property[] {
  const parts = [cost.held, cost.charged, cost.refunded].map(number).join(" · ");
  return [
    {
      name: t("generations.property.price"),
      value: t("common.credits", { count: cost.price, amount: number(cost.price) }),
    },
    { name: t("generations.property.money"), value: parts },
    { name: t("generations.property.priceVersion"), value: price_version ?? "–" },
  ];
}

function went(generation: AnyGeneration, { t, number, moment }: I18n): Property[] {
  const time = (at: string | null) => (at ? moment(at) : t("generations.property.notYet"));
  const { queue_position: position, completed_at: completed, progress } = generation;
  return [
    { name: t("generations.property.created"), value: moment(generation.created_at) },
    { name: t("generations.property.started"), value: time(generation.started_at) },
    { name: t("generations.property.completed"), value: time(completed) },
    { name: t("generations.property.attempt"), value: number(generation.attempt) },
    ...(position === null ? [] : [{ name: t("generations.property.position"), value: number(position) }]),
    ...(completed ? [] : [{ name: t("generations.property.progress"), value: `${Math.round(progress)} %` }]),
  ];
}

function labels({ metadata }: AnyGeneration, { t }: I18n): Property[] {
  const given = Object.entries(metadata);
  if (given.length === 0) return [];
  const value = given.map(([name, label]) => (
    <div key={name}>
      <bdi>{name}</bdi>: <bdi>{label}</bdi>
    </div>
  ));
  return [{ name: t("generations.property.metadata"), value }];
}
