/** The icons are drawn on a grid of 24 by 24. Their strokes take the colour of the text beside them. */
const PATHS: Record<string, string> = {
  studio: "M4 20 15 9l3 3L7 23M14 4l1 3 3 1-3 1-1 3-1-3-3-1 3-1z",
  gallery: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M9 9h.01",
  credits:
    "M12 3c5 0 8 1.500 8 3.500S17 10 12 10 4 8.500 4 6.500 7 3 12 3zM4 6.500v11C4 19.500 7 21 12 21s8-1.500 8-3.500v-11M4 12c0 2 3 3.500 8 3.500s8-1.500 8-3.500",
  keys: "M14 10a4 4 0 1 0-4 4 4 4 0 0 0 2.800-1.200L20 20M17 17l2-2M15 15l2-2",
  usage: "M4 20V10M10 20V4M16 20v-8M21 20H3",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-4 4-6 8-6s7 2 8 6",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name] ?? ""} />
    </svg>
  );
}
