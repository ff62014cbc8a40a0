import { useMutation } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { api, body } from "../../api/client";
import { keys, queries } from "../../api/queries";
import { Button, ErrorNotice } from "../../design";
import { BooksVerdict } from "./books";

interface ActionRowProps {
  title: string;
  lead: string;
  children: ComponentChildren;
}

/** Offers an action: its title, what it does, and its button. */
export function ActionRow({ title, lead, children }: ActionRowProps) {
  return (
    <div class="admin-action">
      <div>
        <h3>{title}</h3>
        <p class="admin-quiet">{lead}</p>
      </div>
      {children}
    </div>
  );
}

interface ImmediateActionProps<Result> {
  title: string;
  lead: string;
  /** The text of its button. */
  open: string;
  act: () => Promise<Result>;
  found: (result: Result) => ComponentChildren;
}

/** Offers an action that needs no reason. It is done at the press, and its result is shown below. */
export function ImmediateAction<Result>({ title, lead, open, act, found }: ImmediateActionProps<Result>) {
  const action = useMutation({
    mutationFn: act,
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.admin() }),
  });
  return (
    <>
      <ActionRow title={title} lead={lead}>
        <Button busy={action.isPending} onClick={() => action.mutate()}>
          {open}
        </Button>
      </ActionRow>
      <div class="admin-said" aria-live="polite">
        {action.data !== undefined && found(action.data)}
        {action.isError && <ErrorNotice error={action.error} />}
      </div>
    </>
  );
}

interface CheckBooksActionProps {
  title: string;
  lead: string;
  open: string;
  /** The user whose books are checked, or null for all users. */
  userId: string | null;
}

export function CheckBooksAction({ userId, ...words }: CheckBooksActionProps) {
  const audit = () => body(api.POST("/v1/admin/audit", { body: { user_id: userId } }));
  return <ImmediateAction {...words} act={audit} found={(found) => <BooksVerdict audit={found} />} />;
}
