import { useMutation } from "@tanstack/preact-query";
import { api, body } from "../../api/client";
import { queries, keys as remembered } from "../../api/queries";
import { Dialog } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { KeyForm } from "./form";
import type { Key } from "./key";

interface RevokeDialogProps {
  of: Key;
  onClose: () => void;
  onRevoked: (key: Key) => void;
}

export function RevokeDialog({ of: key, onClose, onRevoked }: RevokeDialogProps) {
  const { t } = useI18n();
  const revocation = useMutation({
    mutationFn: () => body(api.DELETE("/v1/keys/{id}", { params: { path: { id: key.id } } })),
    onSuccess: (revoked) => {
      queries.invalidateQueries({ queryKey: remembered.apiKeys });
      onRevoked(revoked);
    },
  });
  return (
    <Dialog title={t("keys.revoke.title", { name: key.name })} onClose={onClose}>
      <KeyForm
        submit={t("keys.revoke.submit")}
        busy={revocation.isPending}
        error={revocation.error}
        onSubmit={() => revocation.mutate()}
        onClose={onClose}
        isDanger
      >
        <p>{t("keys.revoke.lead")}</p>
        {key.in_flight > 0 && <p>{t("keys.revoke.inFlight", { count: key.in_flight })}</p>}
      </KeyForm>
    </Dialog>
  );
}
