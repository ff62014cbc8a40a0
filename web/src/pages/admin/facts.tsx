import type { ComponentChildren } from "preact";

export interface Fact {
  name: string;
  value: ComponentChildren;
}

/** Names and values in two columns, one below the other on a phone. */
export function Facts({ of }: { of: readonly Fact[] }) {
  return (
    <dl class="admin-facts">
      {of.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
