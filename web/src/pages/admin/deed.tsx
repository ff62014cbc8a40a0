import type { ComponentChildren } from "preact";

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
