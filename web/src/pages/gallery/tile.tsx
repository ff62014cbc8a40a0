import type { Catalog, Generation } from "../../api/client";
import { Badge, Progress, StatusBadge } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { isFinal } from "../../live/progress";
import { useGeneration } from "../../live/use-generation";
import { Picture } from "../../picture";
import { PaletteGround } from "./palette";

interface TileProps {
  generation: Generation;
  /** The filters of the list, as a query. The detail page needs them to lead back and to the next picture. */
  address: string;
  catalog: Catalog | undefined;
}

/** Shows one generation of the list: its picture, or its status. It follows a generation that runs. */
export function Tile({ generation, address, catalog }: TileProps) {
  const { t, moment } = useI18n();
  const { data: current = generation } = useGeneration(generation.id);
  const { id, prompt, outputs, created_at: created } = current;
  return (
    <li>
      <a class="gallery-tile" href={`/app/gallery/${id}${address}`}>
        {outputs.length > 0 ? (
          <Thumbnail generation={current} />
        ) : (
          <TileWithoutPicture generation={current} catalog={catalog} />
        )}
        <span class="gallery-prompt" dir="auto">
          {prompt || t("gallery.erased")}
        </span>
        <time class="gallery-when" dateTime={created}>
          {moment(created)}
        </time>
      </a>
    </li>
  );
}

/** Screen readers skip the thumbnail, because its text is the prompt, which stands below it. */
function Thumbnail({ generation }: { generation: Generation }) {
  return (
    <div class="gallery-frame" aria-hidden="true">
      <Picture generation={generation} wanted="small" />
    </div>
  );
}

function TileWithoutPicture({ generation, catalog }: Omit<TileProps, "address">) {
  const { t } = useI18n();
  const { status, params, progress } = generation;
  const isRunning = !isFinal(generation);
  const colors = catalog?.colors.find(({ id }) => id === params.color)?.hex_examples ?? [];
  return (
    <div class={isRunning ? "gallery-frame picture is-developing" : "gallery-frame"}>
      {!isRunning && <PaletteGround colors={colors} />}
      <div class="gallery-said">
        {status === "completed" ? <Badge>{t("gallery.noFile")}</Badge> : <StatusBadge status={status} />}
        {isRunning && <Progress value={progress} label={t("gallery.inProgress")} />}
      </div>
    </div>
  );
}
