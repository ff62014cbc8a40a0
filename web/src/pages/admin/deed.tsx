import { useMutation } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { api, body } from "../../api/client";
import { keys, queries } from "../../api/queries";
import { Button, ErrorNotice } from "../../design";
import { BooksVerdict } from "./books";

interface DeedRowProps {
  title: string;
  lead: string;
  children: ComponentChildren;
}

/** What can be done here: its name, what it means, and the button. */
export function DeedRow({ title, lead, children }: DeedRowProps) {
  return (
    <div class="admin-deed">
      <div>
        <h3>{title}</h3>
        <p class="admin-quiet">{lead}</p>
      </div>
      {children}
    </div>
  );
}

interface PlainDeedProps<Result> {
  title: string;
  lead: string;
  /** On its button. */
  open: string;
  act: () => Promise<Result>;
  found: (result: Result) => ComponentChildren;
}

/** What asks for no reason: it is done at the press, and what it found is said below. */
export function PlainDeed<Result>({ title, lead, open, act, found }: PlainDeedProps<Result>) {
  const deed = useMutation({
    mutationFn: act,
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.admin() }),
  });
  return (
    <>
      <DeedRow title={title} lead={lead}>
        <Button busy={deed.isPending} onClick={() => deed.mutate()}>
          {open}
        </Button>
      </DeedRow>
      <div class="admin-said" aria-live="polite">
        {deed.data !== undefined && found(deed.data)}
        {deed.isError && <ErrorNotice error={deed.error} />}
      </div>
    </>
  );
}

interface BooksDeedProps {
  title: string;
  lead: string;
  open: string;
  /** Whose books; null: everybody's. */
  userId: string | null;
}

export function BooksDeed({ userId, ...words }: BooksDeedProps) {
  const audit = () => body(api.POST("/v1/admin/audit", { body: { user_id: userId } }));
  return <PlainDeed {...words} act={audit} found={(found) => <BooksVerdict audit={found} />} />;
}
