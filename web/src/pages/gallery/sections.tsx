import type { ComponentChildren } from "preact";
import type { Catalog, Generation } from "../../api/client";
import { CopyButton, Credits } from "../../design";
import { type Translate, useI18n } from "../../i18n/i18n";
import { isFinal } from "../../live/progress";
import { namedAfter, nameOf, type Option, useCatalogWords, useParameterNames } from "../../picture";
import { Swatches } from "./palette";
import { durationBetween } from "./words";

interface SectionProps {
  generation: Generation;
}

/** Shows the prompt and the options that the picture was made from. */
export function RequestSection({ generation, catalog }: SectionProps & { catalog: Catalog | undefined }) {
  const { t } = useI18n();
  const inWords = useCatalogWords();
  const { prompt, model, params, metadata } = generation;
  const named = (option: Option) => inWords(nameOf(option, params[option], catalog));
  const shades = catalog?.colors.find(({ id }) => id === params.color)?.hex_examples ?? [];
  return (
    <section class="card stack">
      <h2>{t("gallery.asked")}</h2>
      <figure class="gallery-words">
        <blockquote dir="auto">{prompt || t("gallery.erased")}</blockquote>
        {prompt && <CopyButton text={prompt} label={t("gallery.copyPrompt")} />}
      </figure>
      <dl class="gallery-properties">
        <Property name={t("gallery.model")}>{inWords(model)}</Property>
        {params.style && <Property name={t("gallery.style")}>{named("style")}</Property>}
        {params.color && (
          <Property name={t("gallery.color")}>
            {named("color")} <Swatches colors={shades} />
          </Property>
        )}
        {params.size && <Property name={t("gallery.size")}>{named("size")}</Property>}
        <OwnParameters params={params} />
        <Property name={t("gallery.seed")}>{params.seed ?? t("gallery.noSeed")}</Property>
        <Labels metadata={metadata} />
      </dl>
    </section>
  );
}

const COMMON = ["style", "color", "size", "seed"];

/** Shows the parameters that only some models have. */
function OwnParameters({ params }: Pick<Generation, "params">) {
  const { t } = useI18n();
  const named = useParameterNames();
  const inWords = (value: unknown) => {
    if (typeof value === "boolean") return t(value ? "gallery.param.on" : "gallery.param.off");
    return typeof value === "string" ? namedAfter(value) : String(value);
  };
  return Object.entries(params)
    .filter(([name]) => !COMMON.includes(name))
    .map(([name, value]) => (
      <Property key={name} name={named(name)}>
        <bdi>{inWords(value)}</bdi>
      </Property>
    ));
}

function Labels({ metadata }: Pick<Generation, "metadata">) {
  const { t } = useI18n();
  const labels = Object.entries(metadata);
  if (labels.length === 0) return null;
  return (
    <Property name={t("gallery.metadata")}>
      <ul class="gallery-labels">
        {labels.map(([name, value]) => (
          <li key={name}>
            <bdi>{name}</bdi>: <bdi>{value}</bdi>
          </li>
        ))}
      </ul>
    </Property>
  );
}

export function CostSection({ generation }: SectionProps) {
  const { t } = useI18n();
  const { price, held, charged, refunded } = generation.cost;
  const became = [
    [t("gallery.cost.held"), held],
    [t("gallery.cost.charged"), charged],
    [t("gallery.cost.refunded"), refunded],
  ] as const;
  return (
    <section class="card stack">
      <h2>{t("gallery.cost")}</h2>
      <dl class="gallery-properties">
        <Property name={t("gallery.cost.price")}>
          <Credits value={price} />
        </Property>
        {became.map(
          ([name, credits]) =>
            credits > 0 && (
              <Property key={name} name={name}>
                <Credits value={credits} />
              </Property>
            ),
        )}
      </dl>
      <p class="hint">{t(outcome(generation))}</p>
      <a class="gallery-link" href="/app/credits">
        {t("gallery.ledger")}
      </a>
    </section>
  );
}

function outcome({ cost }: Generation) {
  if (cost.held > 0) return "gallery.cost.running";
  if (cost.charged === 0) return "gallery.cost.free";
  return cost.refunded > 0 ? "gallery.cost.partly" : "gallery.cost.paid";
}

export function TimesSection({ generation }: SectionProps) {
  const { t } = useI18n();
  const { id, created_at: created, started_at: started, completed_at: completed } = generation;
  const notBegun = isFinal(generation) ? t("gallery.never") : t("gallery.notYet");
  return (
    <section class="card stack">
      <h2>{t("gallery.times")}</h2>
      <dl class="gallery-properties">
        <Property name={t("gallery.created")}>
          <Moment at={created} />
        </Property>
        <Property name={t("gallery.started")}>{started ? <Moment at={started} /> : notBegun}</Property>
        <Property name={t("gallery.completed")}>
          {completed ? <Moment at={completed} /> : t("gallery.notYet")}
        </Property>
        {started && <Property name={t("gallery.waited")}>{durationBetween(created, started, t)}</Property>}
        {started && completed && (
          <Property name={t("gallery.took")}>{durationBetween(started, completed, t)}</Property>
        )}
        <Property name={t("gallery.attempt")}>{attemptWords(generation.attempt, t)}</Property>
        <Property name={t("gallery.id")}>
          <code>{id}</code>
          <CopyButton text={id} label={t("gallery.copyId")} />
        </Property>
      </dl>
    </section>
  );
}

function attemptWords(attempt: number, t: Translate): string {
  if (attempt === 0) return t("gallery.attempt.none");
  return attempt === 1 ? t("gallery.attempt.first") : t("gallery.attempt.again", { count: attempt });
}

function Moment({ at }: { at: string }) {
  const { moment } = useI18n();
  return <time dateTime={at}>{moment(at)}</time>;
}

function Property({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
