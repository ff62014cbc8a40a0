import { useEffect, useRef } from "preact/hooks";
import type { Catalog, Generation } from "../../api/client";
import { Credits, ErrorNotice, Skeleton, StatusBadge } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { isFinal } from "../../live/progress";
import { useGeneration } from "../../live/use-generation";
import { Frame, namedAfter, nameOf, type Option, Picture, shapeOf, useCatalogWords } from "../../picture";
import type { Actions } from "./actions";
import { Completed, WithoutPicture } from "./ended";
import { Running } from "./running";
import { Sheet } from "./sheet";

interface GenerationCardProps {
  id: string;
  catalog: Catalog;
  isFresh: boolean;
  actions: Actions;
}

export function GenerationCard({ id, catalog, isFresh, actions }: GenerationCardProps) {
  const { data: generation, error, refetch } = useGeneration(id);
  useSayWhenEnded(generation, actions.say);
  if (!generation) return error ? <ErrorNotice error={error} retry={refetch} /> : <Skeleton lines={1} tall />;
  return (
    <Sheet
      prompt={generation.prompt}
      focus={isFresh ? "keep" : undefined}
      badge={<StatusBadge status={generation.status} />}
      picture={<CardPicture generation={generation} />}
    >
      <ChosenOptions generation={generation} catalog={catalog} />
      <ProgressOrOutcome generation={generation} actions={actions} />
    </Sheet>
  );
}

function CardPicture({ generation }: { generation: Generation }) {
  if (generation.status === "completed") return <Picture generation={generation} wanted="small" />;
  if (isFinal(generation)) return null;
  return <Frame shape={shapeOf(generation)} isDeveloping />;
}

function ProgressOrOutcome({ generation, actions }: { generation: Generation; actions: Actions }) {
  if (!isFinal(generation)) return <Running generation={generation} />;
  if (generation.status === "completed") return <Completed generation={generation} actions={actions} />;
  return <WithoutPicture generation={generation} actions={actions} />;
}

function ChosenOptions({ generation, catalog }: { generation: Generation; catalog: Catalog }) {
  const words = useCatalogWords();
  const { model, params, cost } = generation;
  const name = (option: Option) => words(nameOf(option, params[option], catalog));
  const chosen = [words(model), name("style"), name("color"), namedAfter(params.size ?? "")].filter(Boolean);
  return (
    <p class="hint">
      {chosen.join("\u00a0· ")}
      {"\u00a0· "}
      <Credits value={cost.price} />
    </p>
  );
}

function useSayWhenEnded(generation: Generation | undefined, say: (words: string) => void) {
  const { t } = useI18n();
  const wasRunning = useRef(false);
  useEffect(() => {
    if (!generation) return;
    const { status, prompt } = generation;
    if (wasRunning.current && status !== "queued" && status !== "processing") {
      say(t(`studio.said.${status}`, { prompt }));
    }
    wasRunning.current = !isFinal(generation);
  }, [generation, say, t]);
}
