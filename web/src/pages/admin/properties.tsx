import type { ComponentChildren } from "preact";

export interface Property {
  name: string;
  value: ComponentChildren;
}

/** Names and values in two columns, one below the other on a phone. */
export function PropertyList({ of }: { of: readonly Property[] }) {
  return (
    <dl class="admin-properties">
      {of.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
