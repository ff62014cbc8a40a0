import { useId } from "preact/hooks";

const PLACES = [
  [20, 25],
  [85, 40],
  [40, 95],
] as const;

/** Fills the place of a picture that is not there with the colours of its palette. */
export function PaletteGround({ colors }: { colors: readonly string[] }) {
  const id = useId();
  const spots = PLACES.flatMap(([x, y], place) => {
    const color = colors[place];
    return color ? [{ x, y, color, name: `${id}-${place}` }] : [];
  });
  return (
    <svg class="gallery-ground" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      {spots.map(({ x, y, color, name }) => (
        <radialGradient key={name} id={name} gradientUnits="userSpaceOnUse" cx={`${x}%`} cy={`${y}%`} r="75%">
          <stop offset="0" stop-color={color} />
          <stop offset="1" stop-color={color} stop-opacity="0" />
        </radialGradient>
      ))}
      {spots.map(({ name }) => (
        <rect key={name} width="100%" height="100%" fill={`url(#${name})`} />
      ))}
    </svg>
  );
}

const STEP = 20;

/** Shows each colour as a small circle. Screen readers skip them, because their names would say nothing. */
export function Swatches({ colors }: { colors: readonly string[] }) {
  if (colors.length === 0) return null;
  return (
    <svg class="gallery-swatches" viewBox={`0 0 ${colors.length * STEP} 16`} aria-hidden="true">
      {colors.map((color, place) => (
        <circle key={color} cx={place * STEP + 8} cy="8" r="7.5" fill={color} />
      ))}
    </svg>
  );
}
