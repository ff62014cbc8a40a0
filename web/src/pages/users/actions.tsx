import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { Button, Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useSignedIn } from "../../session/session";
import { ActionRow, CheckBooksAction } from "../admin/action";
import { AdjustDialog } from "./adjust-dialog";
import { ActivateDialog, DeactivateDialog, DeleteDialog } from "./closing-dialogs";

type User = Schemas["AdminUserResource"];
type Open = "adjust" | "deactivate" | "activate" | "delete" | null;

/** Offers the actions of an operator on a user, and says what was done. */
export function UserActions({ user }: { user: User }) {
  const { t, number } = useI18n();
  const [open, setOpen] = useState<Open>(null);
  const [said, setSaid] = useState("");
  const outcome = useRef<HTMLDivElement>(null);
  const done = (words: string) => {
    setOpen(null);
    setSaid(words);
  };
  useFocusIfLost(outcome, open || !said ? "" : `${said} ${user.is_active} ${user.deleted_at}`);
  const dialog = { user, onClose: () => setOpen(null), onDone: done };
  return (
    <section class="card admin-block">
      <h2>{t("users.actions")}</h2>
      <div class="admin-said" aria-live="polite" ref={outcome} tabIndex={-1}>
        {said && <Notice tone="good">{said}</Notice>}
      </div>
      <ActionRow title={t("users.adjust.title")} lead={t("users.adjust.lead")}>
        <Button onClick={() => setOpen("adjust")}>{t("users.adjust.open")}</Button>
      </ActionRow>
      <Books user={user} />
      <Closing user={user} onOpen={setOpen} />
      {open === "adjust" && (
        <AdjustDialog
          {...dialog}
          onDone={({ entry, current_credits }) =>
            done(
              t(entry.signed_credits > 0 ? "users.adjust.given" : "users.adjust.taken", {
                count: entry.credits < 0 ? -entry.credits : entry.credits,
                balance: number(current_credits),
              }),
            )
          }
        />
      )}
      {open === "deactivate" && <DeactivateDialog {...dialog} />}
      {open === "activate" && <ActivateDialog {...dialog} />}
      {open === "delete" && <DeleteDialog {...dialog} />}
    </section>
  );
}

/** Moves the focus to `place` after each `change` if it was lost, because the button that had it may be gone. */
function useFocusIfLost(place: RefObject<HTMLElement>, change: string): void {
  useEffect(() => {
    if (change && document.activeElement === document.body) place.current?.focus();
  }, [place, change]);
}

function Closing({ user, onOpen }: { user: User; onOpen: (open: Open) => void }) {
  const { t } = useI18n();
  const { user: self } = useSignedIn();
  if (user.id === self.uid) return <p class="admin-quiet">{t("users.yourself")}</p>;
  const isClosed = Boolean(user.deleted_at ?? user.claimed_by);
  return (
    <>
      {user.is_active && (
        <ActionRow title={t("users.deactivate.title")} lead={t("users.deactivate.lead")}>
          <Button onClick={() => onOpen("deactivate")}>{t("users.deactivate.open")}</Button>
        </ActionRow>
      )}
      {!user.is_active && !isClosed && (
        <ActionRow title={t("users.activate.title")} lead={t("users.activate.lead")}>
          <Button onClick={() => onOpen("activate")}>{t("users.activate.open")}</Button>
        </ActionRow>
      )}
      {(!user.deleted_at || user.erasure_due) && (
        <ActionRow
          title={t("users.delete.title")}
          lead={t(user.deleted_at ? "users.delete.again" : "users.delete.lead")}
        >
          <Button kind="danger" onClick={() => onOpen("delete")}>
            {t("users.delete.open")}
          </Button>
        </ActionRow>
      )}
    </>
  );
}

function Books({ user }: { user: User }) {
  const { t } = useI18n();
  return (
    <CheckBooksAction
      title={t("users.audit.title")}
      lead={t("users.audit.lead")}
      open={t("users.audit.open")}
      userId={user.id}
    />
  );
}
