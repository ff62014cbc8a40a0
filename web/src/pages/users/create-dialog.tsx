import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, body } from "../../api/client";
import { ApiError } from "../../api/problem";
import { keys, queries } from "../../api/queries";
import { Button, Dialog, ErrorNotice, TextField } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { userPath } from "../admin/links";
import { DialogActions, focusFirstFault } from "../admin/reason-dialog";

const EXTERNAL_ID_MAX = 100;

/** Creates a user of the operator's own system, before a request with its service key does. */
export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const { route } = useLocation();
  const [id, setId] = useState("");
  const [isMissing, setMissing] = useState(false);
  const creation = useMutation({
    mutationFn: () => body(api.POST("/v1/admin/users", { body: { external_user_id: id.trim() } })),
    onSuccess: (user) => {
      queries.invalidateQueries({ queryKey: keys.admin("users") });
      route(userPath(user.id));
    },
  });
  const fault = creation.error instanceof ApiError ? creation.error.fault("/external_user_id") : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setMissing(!id.trim());
    if (id.trim()) creation.mutate();
    else focusFirstFault(event.currentTarget);
  };
  return (
    <Dialog title={t("users.create.title")} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        <p>{t("users.create.lead")}</p>
        <TextField
          label={t("users.create.id")}
          hint={t("users.create.idHint")}
          value={id}
          onValue={setId}
          error={isMissing ? t("users.create.missing") : fault}
          maxLength={EXTERNAL_ID_MAX}
          autoComplete="off"
          spellcheck={false}
          required
        />
        {creation.isError && !fault && <ErrorNotice error={creation.error} />}
        <DialogActions onClose={onClose}>
          <Button type="submit" kind="primary" busy={creation.isPending}>
            {t("users.create.do")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
