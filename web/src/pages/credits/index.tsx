import "./credits.css";
import { useQuery } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { api, body } from "../../api/client";
import { keys, queries } from "../../api/queries";
import { ButtonLink, Credits, ErrorNotice, PageHead, Stat, Stats } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useSignedIn } from "../../session/session";
import { WelcomeNotice } from "../../welcome/notice";
import { GrantList } from "./grant-list";
import { Ledger } from "./ledger";

const LOOK_AGAIN_MS = 4000;

export default function CreditsPage() {
  const { t } = useI18n();
  const { data: me, error, refetch } = useBalance();
  return (
    <div>
      <PageHead title={t("credits.title")} lead={t("credits.lead")} />
      <WelcomeNotice />
      {error && !me ? (
        <ErrorNotice error={error} retry={refetch} />
      ) : (
        <BalanceFigures
          current={me?.current_credits}
          held={me?.held_credits}
          images={me?.total_images_generated}
        />
      )}
      <GrantList />
      <MoreCredits />
      <Ledger balance={me?.current_credits} />
    </div>
  );
}

/** Reads the balance. While credits are held, it is read again and again, because they are about to move. */
function useBalance() {
  const balance = useQuery({
    queryKey: keys.me,
    queryFn: () => body(api.GET("/v1/me")),
    refetchInterval: ({ state }) => (state.data?.held_credits ? LOOK_AGAIN_MS : false),
  });
  const current = balance.data?.current_credits;
  const known = useRef(current);
  useEffect(() => {
    const hasMoved = known.current !== undefined && known.current !== current;
    known.current = current;
    if (!hasMoved) return;
    queries.invalidateQueries({ queryKey: keys.ledger });
    queries.invalidateQueries({ queryKey: keys.balance });
  }, [current]);
  return balance;
}

interface BalanceFiguresProps {
  current: number | undefined;
  held: number | undefined;
  images: number | undefined;
}

/** Shows the balance. Its figures have their places before they are loaded, so that nothing moves when they come. */
function BalanceFigures({ current, held, images }: BalanceFiguresProps) {
  const { t, number } = useI18n();
  return (
    <div class="credits-balance">
      <Stats>
        <Stat label={t("credits.current.label")}>
          <Figure note={t("credits.current.note")}>
            {current !== undefined && <Credits value={current} />}
          </Figure>
        </Stat>
        <Stat label={t("credits.held.label")}>
          <Figure note={t("credits.held.note")}>{held !== undefined && <Credits value={held} />}</Figure>
        </Stat>
        <Stat label={t("credits.images.label")}>
          <Figure note={t("credits.images.note")}>{images !== undefined && number(images)}</Figure>
        </Stat>
      </Stats>
    </div>
  );
}

function Figure({ note, children }: { note: string; children: ComponentChildren }) {
  return (
    <>
      {children || <span aria-hidden="true">…</span>}
      <span class="credits-note">{note}</span>
    </>
  );
}

/** Says how to get more credits. There is no shop yet, so an operator gives them. */
function MoreCredits() {
  const { t } = useI18n();
  const { firebase, isAdmin, user } = useSignedIn();
  const operator = firebase.isLocal && LOCAL_STACK.people.people.find(({ id }) => id === "operator");
  return (
    <section class="card credits-more" aria-labelledby="credits-more">
      <div>
        <h2 id="credits-more">{t("credits.more.title")}</h2>
        <p>{t(isAdmin ? "credits.more.admin" : "credits.more.user")}</p>
        {operator && !isAdmin && (
          <p>{t("credits.more.local", { email: operator.email, password: LOCAL_STACK.people.password })}</p>
        )}
      </div>
      {isAdmin && (
        <ButtonLink href={`/app/admin/users/${encodeURIComponent(user.uid)}`}>
          {t("credits.more.adjust")}
        </ButtonLink>
      )}
    </section>
  );
}
