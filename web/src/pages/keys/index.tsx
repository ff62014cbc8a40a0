import "./keys.css";
import { useQuery } from "@tanstack/preact-query";
import { useEffect, useRef, useState } from "preact/hooks";
import { keys as remembered } from "../../api/queries";
import { Button, Empty, ErrorNotice, Notice, PageHead, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useSignedIn } from "../../session/session";
import { KeyCard } from "./card";
import { ChangeDialog } from "./change";
import { CreateDialog } from "./create";
import { type Intent, type IssuedKey, type Key, readKeys } from "./key";
import { RevokeDialog } from "./revoke";
import { RotateDialog } from "./rotate";
import { Secret } from "./secret";

interface Shown {
  issued: IssuedKey;
  isNew: boolean;
}

export default function KeysPage() {
  const { t } = useI18n();
  const { user } = useSignedIn();
  const [intent, setIntent] = useState<Intent | null>(null);
  const { secrets, said, onIssued, onSafe, onDone } = useOutcomes();
  const create = () => setIntent({ to: "create" });
  return (
    <div>
      <PageHead
        title={t("keys.title")}
        lead={t("keys.lead")}
        actions={
          <Button kind="primary" onClick={create}>
            {t("keys.create.open")}
          </Button>
        }
      />
      {user.isAnonymous && <Notice tone="info">{t("keys.anonymous")}</Notice>}
      {said && <OutcomeNotice words={said} />}
      {secrets.map(({ issued, isNew }) => (
        <Secret key={issued.key} issued={issued} isNew={isNew} onSafe={() => onSafe(issued)} />
      ))}
      <Keys onIntent={setIntent} />
      {intent && (
        <Dialogs intent={intent} onClose={() => setIntent(null)} onIssued={onIssued} onDone={onDone} />
      )}
    </div>
  );
}

/** Keeps the outcome of the last action, and new secrets. A secret is shown until its owner says that it is saved. */
function useOutcomes() {
  const { t } = useI18n();
  const [secrets, setSecrets] = useState<readonly Shown[]>([]);
  const [said, setSaid] = useState<string | null>(null);
  const without = (id: string) => secrets.filter(({ issued }) => issued.id !== id);
  return {
    secrets,
    said,
    onIssued: (issued: IssuedKey, isNew: boolean) => {
      setSaid(null);
      setSecrets([{ issued, isNew }, ...without(issued.id)]);
    },
    onSafe: ({ id, name }: IssuedKey) => {
      setSecrets(without(id));
      setSaid(t("keys.secret.safe", { name }));
    },
    onDone: ({ id, name, is_active }: Key) => {
      if (!is_active) setSecrets(without(id));
      setSaid(t(is_active ? "keys.change.done" : "keys.revoke.done", { name }));
    },
  };
}

interface DialogsProps {
  intent: Intent;
  onClose: () => void;
  onIssued: (issued: IssuedKey, isNew: boolean) => void;
  /** Is called with the key as it is after the change. */
  onDone: (key: Key) => void;
}

function Dialogs({ intent, onClose, onIssued, onDone }: DialogsProps) {
  const issued = (isNew: boolean) => (key: IssuedKey) => {
    onClose();
    onIssued(key, isNew);
  };
  const done = (key: Key) => {
    onClose();
    onDone(key);
  };
  switch (intent.to) {
    case "create":
      return <CreateDialog onClose={onClose} onIssued={issued(true)} />;
    case "rotate":
      return <RotateDialog of={intent.key} onClose={onClose} onIssued={issued(false)} />;
    case "change":
      return <ChangeDialog of={intent.key} onClose={onClose} onChanged={done} />;
    case "revoke":
      return <RevokeDialog of={intent.key} onClose={onClose} onRevoked={done} />;
  }
}

/** Says what was done. It takes the focus, because the button that had it may be gone. */
function OutcomeNotice({ words }: { words: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), [words]);
  return (
    <div ref={place} tabIndex={-1} class="keys-said">
      <Notice tone="good">{words}</Notice>
    </div>
  );
}

function Keys({ onIntent }: { onIntent: (intent: Intent) => void }) {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery({ queryKey: remembered.apiKeys, queryFn: readKeys });
  if (error && !data) return <ErrorNotice error={error} retry={refetch} />;
  if (!data) return <Skeleton lines={2} tall />;
  const active = data.data.filter((key) => key.is_active);
  const ended = data.data.filter((key) => !key.is_active);
  return (
    <section class="stack" aria-labelledby="keys-active">
      <h2 id="keys-active" class={active.length === 0 ? "visually-hidden" : ""}>
        {t("keys.active.title")}
      </h2>
      {active.length === 0 && (
        <Empty
          title={t("keys.empty.title")}
          action={<Button onClick={() => onIntent({ to: "create" })}>{t("keys.empty.create")}</Button>}
        >
          {t("keys.empty.lead")}
        </Empty>
      )}
      <KeyList keys={active} onIntent={onIntent} />
      {ended.length > 0 && (
        <details class="keys-ended">
          <summary>{t("keys.ended.title", { count: ended.length })}</summary>
          <KeyList keys={ended} />
        </details>
      )}
    </section>
  );
}

interface KeyListProps {
  keys: readonly Key[];
  onIntent?: (intent: Intent) => void;
}

function KeyList({ keys, onIntent }: KeyListProps) {
  if (keys.length === 0) return null;
  return (
    <ul class="keys-list">
      {keys.map((key) => (
        <KeyCard key={key.id} of={key} {...(onIntent && { onIntent })} />
      ))}
    </ul>
  );
}
