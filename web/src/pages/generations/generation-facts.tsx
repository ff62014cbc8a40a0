import type { Schemas } from "../../api/client";
import type { I18n } from "../../i18n/i18n";
import { namedAfter, type Option } from "../../picture";
import type { Fact } from "../admin/facts";

type AnyGeneration = Schemas["AnyGenerationResource"];

interface Names {
  inWords: (words: string) => string;
  named: (option: Option, id: string) => string;
}

/** Everything that the API tells of a generation, in words. */
export function factsOf(generation: AnyGeneration, i18n: I18n, names: Names): Fact[] {
  return [
    ...asked(generation, i18n, names),
    ...paid(generation, i18n),
    ...went(generation, i18n),
    ...labels(generation, i18n),
  ];
}

function asked({ id, kind, model, params }: AnyGeneration, { t }: I18n, { inWords, named }: Names): Fact[] {
  return [
    { name: t("generations.column.id"), value: <code>{id}</code> },
    { name: t("generations.fact.kind"), value: inWords(namedAfter(kind)) },
    { name: t("generations.fact.model"), value: inWords(model) },
    { name: t("generations.fact.style"), value: named("style", params.style) },
    { name: t("generations.fact.color"), value: named("color", params.color) },
    { name: t("generations.fact.size"), value: named("size", params.size) },
    { name: t("generations.fact.seed"), value: params.seed ?? t("generations.fact.noSeed") },
  ];
}

function paid({ cost, price_version }: AnyGeneration, { t, number }: I18n): Fact[] {
  const parts = [cost.held, cost.charged, cost.refunded].map(number).join(" · ");
  return [
    {
      name: t("generations.fact.price"),
      value: t("common.credits", { count: cost.price, amount: number(cost.price) }),
    },
    { name: t("generations.fact.money"), value: parts },
    { name: t("generations.fact.priceVersion"), value: price_version ?? "–" },
  ];
}

function went(generation: AnyGeneration, { t, number, moment }: I18n): Fact[] {
  const time = (at: string | null) => (at ? moment(at) : t("generations.fact.notYet"));
  const { queue_position: position, completed_at: completed, progress } = generation;
  return [
    { name: t("generations.fact.created"), value: moment(generation.created_at) },
    { name: t("generations.fact.started"), value: time(generation.started_at) },
    { name: t("generations.fact.completed"), value: time(completed) },
    { name: t("generations.fact.attempt"), value: number(generation.attempt) },
    ...(position === null ? [] : [{ name: t("generations.fact.position"), value: number(position) }]),
    ...(completed ? [] : [{ name: t("generations.fact.progress"), value: `${Math.round(progress)} %` }]),
  ];
}

function labels({ metadata }: AnyGeneration, { t }: I18n): Fact[] {
  const given = Object.entries(metadata);
  if (given.length === 0) return [];
  const value = given.map(([name, label]) => (
    <div key={name}>
      <bdi>{name}</bdi>: <bdi>{label}</bdi>
    </div>
  ));
  return [{ name: t("generations.fact.metadata"), value }];
}
