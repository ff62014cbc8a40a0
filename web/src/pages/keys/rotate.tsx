import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, body } from "../../api/client";
import { queries, keys as remembered } from "../../api/queries";
import { Choice, Dialog } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { KeyForm } from "./form";
import type { IssuedKey, Key } from "./key";

/** The times, in seconds, that the old secret may still work. */
const OVERLAPS = ["0", "3600", "86400", "604800"] as const;

interface RotateDialogProps {
  of: Key;
  onClose: () => void;
  onIssued: (issued: IssuedKey) => void;
}

export function RotateDialog({ of: key, onClose, onIssued }: RotateDialogProps) {
  const { t } = useI18n();
  const [overlap, setOverlap] = useState<string>("86400");
  const rotation = useMutation({
    mutationFn: () =>
      body(
        api.POST("/v1/keys/{id}/rotate", {
          params: { path: { id: key.id } },
          body: { overlap_seconds: Number(overlap) },
        }),
      ),
    onSuccess: (issued) => {
      queries.invalidateQueries({ queryKey: remembered.apiKeys });
      onIssued(issued);
    },
  });
  return (
    <Dialog title={t("keys.rotate.title", { name: key.name })} onClose={onClose}>
      <KeyForm
        submit={t("keys.rotate.submit")}
        busy={rotation.isPending}
        error={rotation.error}
        onSubmit={() => rotation.mutate()}
        onClose={onClose}
      >
        <p>{t("keys.rotate.lead")}</p>
        <Choice
          label={t("keys.rotate.overlap")}
          value={overlap}
          onValue={setOverlap}
          options={OVERLAPS.map((value) => ({ value, label: t(`keys.overlap.${value}`) }))}
        />
        <p class="hint">{t(overlap === "0" ? "keys.rotate.atOnce" : "keys.rotate.later")}</p>
      </KeyForm>
    </Dialog>
  );
}
