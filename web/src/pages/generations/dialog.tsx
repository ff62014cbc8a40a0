import { useQuery } from "@tanstack/preact-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";
import { ButtonLink, Dialog, ErrorNotice, Notice, Skeleton, StatusBadge } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useCatalogWords, useOptionNames } from "../../picture";
import { UserLink } from "../admin/links";
import { PropertyList } from "../admin/properties";
import { propertiesOf } from "./generation-properties";

type AnyGeneration = Schemas["AnyGenerationResource"];

/** Shows all properties of one generation in a dialog over the list. */
export function GenerationDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useI18n();
  const query = useQuery({
    queryKey: keys.admin("generations", "one", id),
    queryFn: () => body(api.GET("/v1/admin/generations/{id}", { params: { path: { id } } })),
  });
  return (
    <Dialog title={t("generations.one.title")} onClose={onClose}>
      {query.isPending && <Skeleton lines={3} tall />}
      {query.isError && <ErrorNotice error={query.error} retry={() => query.refetch()} />}
      {query.data && <Known generation={query.data} />}
    </Dialog>
  );
}

function Known({ generation }: { generation: AnyGeneration }) {
  const i18n = useI18n();
  const { t } = i18n;
  const inWords = useCatalogWords();
  const named = useOptionNames();
  const { error } = generation;
  return (
    <div class="stack">
      <div class="row">
        <StatusBadge status={generation.status} />
        <UserLink id={generation.user_id} />
      </div>
      <p class="generations-words" dir="auto">
        {generation.prompt || t("generations.noPrompt")}
      </p>
      <Outputs generation={generation} />
      {error && (
        <Notice tone="bad" title={t("generations.property.error")}>
          <p>
            {error.message} <code>{error.code}</code>
          </p>
          <p>{t(error.retryable ? "generations.property.retryable" : "generations.property.final")}</p>
        </Notice>
      )}
      <PropertyList of={propertiesOf(generation, i18n, { inWords, named })} />
      <div class="row">
        <ButtonLink href={`/app/admin/ledger?user_id=${encodeURIComponent(generation.user_id)}`}>
          {t("generations.one.toLedger")}
        </ButtonLink>
      </div>
    </div>
  );
}

function Outputs({ generation }: { generation: AnyGeneration }) {
  const { t, number } = useI18n();
  return (
    <>
      {generation.outputs.map((output) => (
        <figure key={output.url} class="generations-output">
          <img
            src={output.url}
            alt={t("generations.one.alt", { prompt: generation.prompt })}
            width={output.width ?? undefined}
            height={output.height ?? undefined}
          />
          <figcaption class="admin-quiet">
            {t("generations.file", {
              type: output.content_type,
              width: output.width,
              height: output.height,
              size: number(Math.round(output.bytes / 1024)),
            })}{" "}
            <a href={output.url} target="_blank" rel="noreferrer">
              {t("generations.one.open")}
            </a>
          </figcaption>
        </figure>
      ))}
    </>
  );
}
