import type { Catalog, Generation } from "../../api/client";
import { Badge, StatusBadge } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { isFinal } from "../../live/progress";
import { Frame, Picture, shapeOf } from "../../picture";
import { PaletteGround } from "./palette";

interface ResultProps {
  generation: Generation;
  catalog: Catalog | undefined;
}

/** Shows the outputs, or a placeholder if there are none. */
export function Result({ generation, catalog }: ResultProps) {
  const { t } = useI18n();
  return (
    <section class="stack gallery-result" aria-label={t("gallery.detail.title")}>
      {generation.outputs.length > 0 ? (
        <Pictures generation={generation} />
      ) : (
        <Placeholder generation={generation} catalog={catalog} />
      )}
    </section>
  );
}

const KILOBYTE = 1024;

function Pictures({ generation }: { generation: Generation }) {
  const { t, number } = useI18n();
  return generation.outputs.map(({ content_type: type, width, height, bytes }, place) => (
    <figure key={`${place}-${bytes}`}>
      <Picture generation={generation} number={place} />
      <figcaption class="hint">
        {t("gallery.file.of", {
          type: (type.split("/")[1] ?? type).toUpperCase(),
          width: String(width),
          height: String(height),
          kilobytes: number(Math.ceil(bytes / KILOBYTE)),
        })}
      </figcaption>
    </figure>
  ));
}

/** Takes the place of a picture. It is as large as the picture will be, so that nothing moves when it comes. */
function Placeholder({ generation, catalog }: ResultProps) {
  const { t } = useI18n();
  const { params, status } = generation;
  const colors = catalog?.colors.find(({ id }) => id === params.color)?.hex_examples ?? [];
  return (
    <Frame shape={shapeOf(generation)} isDeveloping={!isFinal(generation)}>
      {isFinal(generation) && <PaletteGround colors={colors} />}
      <div class="gallery-said">
        {status === "completed" ? <Badge>{t("gallery.noFile")}</Badge> : <StatusBadge status={status} />}
      </div>
    </Frame>
  );
}
