import type { ComponentChildren } from "preact";
import type { Catalog } from "../../api/client";
import type { List } from "../../ordering/fields";

/** Returns a drawing of an option: the colours of a palette or the shape of a size. Styles have none. */
export function looksOf(catalog: Catalog, list: List, id: string): ComponentChildren {
  if (list === "colors") {
    const color = catalog.colors.find((each) => each.id === id);
    return color && <Swatches colors={color.hex_examples} />;
  }
  const size = list === "sizes" && catalog.sizes.find((each) => each.id === id);
  return size ? <Ratio width={size.width} height={size.height} /> : null;
}

function Swatches({ colors }: { colors: readonly string[] }) {
  return (
    <svg class="studio-swatches" viewBox={`0 0 ${colors.length * 14 + 4} 18`} aria-hidden="true">
      {colors.map((color, place) => (
        <circle key={color} cx={9 + place * 14} cy={9} r={8} fill={color} />
      ))}
    </svg>
  );
}

function Ratio({ width, height }: { width: number; height: number }) {
  const longest = Math.max(width, height);
  const [across, down] = [(20 * width) / longest, (20 * height) / longest];
  return (
    <svg class="studio-ratio" viewBox="0 0 24 24" aria-hidden="true">
      <rect x={12 - across / 2} y={12 - down / 2} width={across} height={down} rx={1.5} />
    </svg>
  );
}
