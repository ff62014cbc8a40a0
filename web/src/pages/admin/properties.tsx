import type { ComponentChildren } from "preact";

export interface Property {
  name: string;
  value: ComponentChildren;
}

/** Shows names and values in two columns. On a phone each value stands below its name. */
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
