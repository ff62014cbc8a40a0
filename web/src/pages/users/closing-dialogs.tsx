import { api, body, type Schemas } from "../../api/client";
import { keys, queries } from "../../api/queries";
import { useI18n } from "../../i18n/i18n";
import { ReasonDialog } from "../admin/reason-dialog";

interface ClosingDialogProps {
  user: Schemas["AdminUserResource"];
  /** Is called with a text that says what was done. */
  onDone: (words: string) => void;
  onClose: () => void;
}

const refresh = () => queries.invalidateQueries({ queryKey: keys.admin() });

export function DeactivateDialog({ user, onDone, onClose }: ClosingDialogProps) {
  const { t } = useI18n();
  const params = { path: { id: user.id } };
  return (
    <ReasonDialog
      title={t("users.deactivate.title")}
      confirm={t("users.deactivate.do")}
      kind="danger"
      act={(reason) => body(api.POST("/v1/admin/users/{id}/deactivate", { params, body: { reason } }))}
      onDone={async () => {
        await refresh();
        onDone(t("users.deactivate.done"));
      }}
      onClose={onClose}
    >
      <p>{t("users.deactivate.what")}</p>
    </ReasonDialog>
  );
}

export function ActivateDialog({ user, onDone, onClose }: ClosingDialogProps) {
  const { t } = useI18n();
  const params = { path: { id: user.id } };
  return (
    <ReasonDialog
      title={t("users.activate.title")}
      confirm={t("users.activate.do")}
      act={(reason) => body(api.POST("/v1/admin/users/{id}/activate", { params, body: { reason } }))}
      onDone={async () => {
        await refresh();
        onDone(t("users.activate.done"));
      }}
      onClose={onClose}
    >
      <p>{t("users.activate.what")}</p>
    </ReasonDialog>
  );
}

export function DeleteDialog({ user, onDone, onClose }: ClosingDialogProps) {
  const { t } = useI18n();
  const path = { id: user.id };
  return (
    <ReasonDialog
      title={t("users.delete.title")}
      confirm={t("users.delete.do")}
      kind="danger"
      typed={user.email || user.id}
      act={(reason) => body(api.DELETE("/v1/admin/users/{id}", { params: { path, query: { reason } } }))}
      onDone={async ({ status }) => {
        await refresh();
        onDone(t(status === "erased" ? "users.delete.erased" : "users.delete.erasing"));
      }}
      onClose={onClose}
    >
      <p>{t("users.delete.what")}</p>
      {user.current_credits > 0 && <p>{t("users.delete.credits", { count: user.current_credits })}</p>}
    </ReasonDialog>
  );
}
