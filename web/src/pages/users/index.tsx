import "../admin/admin.css";
import "./users.css";
import { useState } from "preact/hooks";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";
import { Button, type Column, Credits, DataTable, Empty, PageHead } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { UserLink } from "../admin/links";
import { Listing, usePages, withoutEmpty } from "../admin/paging";
import { FilterBar, TextFilter, useFilters } from "../filters";
import { CreateUserDialog } from "./create-dialog";
import { UserBadges } from "./user-badges";

type ListedUser = Schemas["ListedUserResource"];

export default function UsersPage() {
  const { t } = useI18n();
  const [isCreating, setCreating] = useState(false);
  const filters = useFilters(["email"]);
  const { email } = filters.values;
  const pages = usePages<ListedUser>(keys.admin("users", "list", email), (place) =>
    body(api.GET("/v1/admin/users", { params: { query: withoutEmpty({ email, ...place }) } })),
  );
  return (
    <div class="stack admin">
      <PageHead
        title={t("users.title")}
        lead={t("users.lead")}
        actions={<Button onClick={() => setCreating(true)}>{t("users.create.open")}</Button>}
      />
      <FilterBar filters={filters} isShort>
        <TextFilter
          filters={filters}
          name="email"
          label={t("users.search")}
          placeholder="anna@"
          inputMode="email"
        />
      </FilterBar>
      <Listing
        pages={pages}
        filters={filters}
        empty={<Empty title={t("users.none.title")}>{t("users.none.lead")}</Empty>}
      >
        {(rows) => <UserTable rows={rows} />}
      </Listing>
      {isCreating && <CreateUserDialog onClose={() => setCreating(false)} />}
    </div>
  );
}

function UserTable({ rows }: { rows: readonly ListedUser[] }) {
  const { t, number } = useI18n();
  const columns: Column<ListedUser>[] = [
    { head: t("users.column.user"), cell: (user) => <WhoCell user={user} /> },
    { head: t("users.column.id"), cell: (user) => <code class="users-id">{user.id}</code> },
    { head: t("users.column.kind"), cell: (user) => <UserBadges user={user} /> },
    {
      head: t("users.column.balance"),
      cell: (user) => <Credits value={user.current_credits} />,
      isNumber: true,
    },
    { head: t("users.column.held"), cell: (user) => number(user.held_credits), isNumber: true },
    { head: t("users.column.images"), cell: (user) => number(user.total_images_generated), isNumber: true },
  ];
  return (
    <DataTable
      caption={t("users.title")}
      columns={columns}
      rows={rows}
      rowKey={(user: ListedUser) => user.id}
    />
  );
}

function WhoCell({ user }: { user: ListedUser }) {
  return (
    <div>
      {user.name || user.email ? (
        <UserLink id={user.id}>{user.name || user.email}</UserLink>
      ) : (
        <UserLink id={user.id} />
      )}
      {user.name && user.email && <div class="admin-quiet">{user.email}</div>}
    </div>
  );
}
