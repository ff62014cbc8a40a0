const SHORT = 8;

export const userPath = (id: string) => `/app/admin/users/${encodeURIComponent(id)}`;

export const reportPath = (id: string) => `/app/admin/reports/${encodeURIComponent(id)}`;

export function UserLink({ id, children }: { id: string; children?: string }) {
  return (
    <a dir="auto" class={children ? "" : "admin-user"} href={userPath(id)} title={children ? undefined : id}>
      {children ?? id}
    </a>
  );
}

/** Leads back to the list from which a page is reached. */
export function BackLink({ href, children }: { href: string; children: string }) {
  return (
    <a class="admin-back" href={href}>
      <span aria-hidden="true">←</span>
      {children}
    </a>
  );
}

/**
 * Shows the beginning of an id, which is enough to tell generations apart.
 *
 * The page behind the link shows all of it.
 */
export function GenerationLink({ id, at = "/app/admin/generations" }: { id: string; at?: string }) {
  const join = at.includes("?") ? "&" : "?";
  return (
    <a class="admin-id" href={`${at}${join}id=${encodeURIComponent(id)}`} title={id}>
      {id.length > SHORT + 4 ? `${id.slice(0, SHORT)}…` : id}
    </a>
  );
}
