import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface SheetProps {
  prompt: string;
  /** `take` moves the focus to the heading. `keep` does so only if the card in this place before had the focus. */
  focus?: "take" | "keep" | undefined;
  badge: ComponentChildren;
  picture?: ComponentChildren;
  children?: ComponentChildren;
}

/** Shows a card in the tray. The card of the latest order gets the focus. */
export function Sheet({ prompt, focus, badge, picture, children }: SheetProps) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus === "take" || (focus === "keep" && document.activeElement === document.body)) {
      heading.current?.focus({ preventScroll: true });
      heading.current?.closest("article")?.scrollIntoView({ block: "nearest" });
    }
  }, [focus]);
  return (
    <article class="card studio-sheet" aria-labelledby={id}>
      {picture}
      <div class="studio-text">
        <div>{badge}</div>
        <h3 id={id} ref={heading} tabIndex={-1} title={prompt} dir="auto">
          {prompt}
        </h3>
        {children}
      </div>
    </article>
  );
}
