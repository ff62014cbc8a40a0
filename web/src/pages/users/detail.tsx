import "../admin/admin.css";
import "./users.css";
import { useQuery } from "@tanstack/preact-query";
import { useRoute } from "preact-iso";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";
import { ButtonLink, ErrorNotice, PageHead, Skeleton, Stat, Stats } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { type Fact, Facts } from "../admin/facts";
import { BackLink, UserLink } from "../admin/links";
import { Deeds } from "./deeds";
import { UserBadges } from "./user-badges";

type User = Schemas["AdminUserResource"];

export default function UserPage() {
  const { t } = useI18n();
  const { params } = useRoute();
  const id = params.id ?? "";
  const query = useQuery({
    queryKey: keys.admin("users", "one", id),
    queryFn: () => body(api.GET("/v1/admin/users/{id}", { params: { path: { id } } })),
  });
  return (
    <div class="stack admin">
      <BackLink href="/app/admin/users">{t("users.back")}</BackLink>
      {query.data && <KnownUser user={query.data} />}
      {!query.data && <PageHead title={t("users.one")} lead={id} />}
      {query.isPending && <Skeleton lines={8} />}
      {query.isError && <ErrorNotice error={query.error} retry={() => query.refetch()} />}
    </div>
  );
}

function KnownUser({ user }: { user: User }) {
  const { t, number } = useI18n();
  const filter = `user_id=${encodeURIComponent(user.id)}`;
  return (
    <>
      <PageHead
        title={user.name || user.email || user.id}
        {...(user.name && user.email && { lead: user.email })}
        actions={<UserBadges user={user} />}
      />
      <Stats>
        <Stat label={t("users.column.balance")}>{number(user.current_credits)}</Stat>
        <Stat label={t("users.column.held")}>{number(user.held_credits)}</Stat>
        <Stat label={t("users.inFlight")}>{number(user.in_flight)}</Stat>
        <Stat label={t("users.column.images")}>{number(user.total_images_generated)}</Stat>
      </Stats>
      <div class="row">
        <ButtonLink href={`/app/admin/generations?${filter}`}>{t("users.toGenerations")}</ButtonLink>
        <ButtonLink href={`/app/admin/ledger?${filter}`}>{t("users.toLedger")}</ButtonLink>
        <ButtonLink href={`/app/admin/audit-log?target=${encodeURIComponent(`users/${user.id}`)}`}>
          {t("users.toAudit")}
        </ButtonLink>
      </div>
      <div class="users-columns">
        <section class="card admin-block">
          <h2>{t("users.about")}</h2>
          <UserFacts user={user} />
        </section>
        <Deeds user={user} />
      </div>
    </>
  );
}

function UserFacts({ user }: { user: User }) {
  const { t, number, moment } = useI18n();
  const time = (at: string | null, otherwise: string) => (at ? moment(at) : otherwise);
  const facts: Fact[] = [
    { name: t("users.column.id"), value: <code>{user.id}</code> },
    { name: t("users.fact.email"), value: user.email || t("users.fact.none") },
    { name: t("users.fact.since"), value: time(user.created_at, t("users.fact.unknown")) },
    { name: t("users.fact.keys"), value: number(user.keys) },
    { name: t("users.fact.books"), value: time(user.books_opened_at, t("users.fact.booksClosed")) },
    { name: t("users.fact.signedOut"), value: time(user.signed_out_at, t("users.fact.never")) },
  ];
  return <Facts of={[...facts, ...claims(user, t), ...ending(user, t, moment)]} />;
}

type Words = ReturnType<typeof useI18n>;

function claims(user: User, t: Words["t"]): Fact[] {
  const taken = user.claimed.map((id) => (
    <div key={id}>
      <UserLink id={id} />
    </div>
  ));
  return [
    ...(user.claimed.length > 0 ? [{ name: t("users.fact.claimed"), value: taken }] : []),
    ...(user.claimed_by
      ? [{ name: t("users.fact.claimedBy"), value: <UserLink id={user.claimed_by} /> }]
      : []),
  ];
}

function ending(user: User, t: Words["t"], moment: Words["moment"]): Fact[] {
  if (!user.deleted_at) return [];
  const rest = user.erasure_due ? t("users.fact.erasureDue") : t("users.fact.erased");
  return [
    { name: t("users.fact.deleted"), value: moment(user.deleted_at) },
    { name: t("users.fact.erasure"), value: rest },
  ];
}
