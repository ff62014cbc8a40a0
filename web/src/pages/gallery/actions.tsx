import { useMutation } from "@tanstack/preact-query";
import type { Generation } from "../../api/client";
import { download } from "../../api/download";
import { Button, ButtonLink, ErrorNotice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useLinks } from "./list";

interface ActionsProps {
  generation: Generation;
  /** The time of the API's answer about the generation, in milliseconds since 1970. */
  knownSince: number;
}

/** Offers to download each output, to open it in full size, and to make another picture like it. */
export function Actions({ generation, knownSince }: ActionsProps) {
  const { t } = useI18n();
  const { id, outputs } = generation;
  const save = useMutation({ mutationFn: (number: number) => download(id, number) });
  return (
    <>
      <div class="row">
        {outputs.map(({ bytes }, number) => (
          <Button
            key={`${number}-${bytes}`}
            kind="primary"
            busy={save.isPending}
            onClick={() => save.mutate(number)}
          >
            {t("gallery.download")}
          </Button>
        ))}
        {outputs.length > 0 && <FullSize generation={generation} knownSince={knownSince} />}
        <ButtonLink href={`/app/studio?like=${id}`}>{t("gallery.again")}</ButtonLink>
      </div>
      {save.error && <ErrorNotice error={save.error} />}
    </>
  );
}

function FullSize({ generation, knownSince }: ActionsProps) {
  const { t } = useI18n();
  const links = useLinks(generation, knownSince);
  return links.map((link) => (
    <a key={link} class="button plain" href={link} target="_blank" rel="noopener">
      <span>
        {t("gallery.open")} <span class="visually-hidden">{t("gallery.opens")}</span>
      </span>
    </a>
  ));
}
