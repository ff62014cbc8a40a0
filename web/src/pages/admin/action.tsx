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

/** What can be done here: its name, what it means, and the button. */
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
  /** On its button. */
  open: string;
  act: () => Promise<Result>;
  found: (result: Result) => ComponentChildren;
}

/** What asks for no reason: it is done at the press, and what it found is said below. */
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
  /** Whose books; null: everybody's. */
  userId: string | null;
}

export function CheckBooksAction({ userId, ...words }: CheckBooksActionProps) {
  const audit = () => body(api.POST("/v1/admin/audit", { body: { user_id: userId } }));
  return <ImmediateAction {...words} act={audit} found={(found) => <BooksVerdict audit={found} />} />;
}
