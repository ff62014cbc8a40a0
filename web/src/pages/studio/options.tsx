import type { Catalog } from "../../api/client";
import { Choice, Credits } from "../../design";
import { useI18n } from "../../i18n/i18n";
import type { Draft, Faults } from "../../ordering/draft";
import { useCatalogWords } from "../../picture";

interface OptionsProps {
  catalog: Catalog;
  draft: Draft;
  faults: Faults;
  edit: (changes: Partial<Draft>) => void;
}

type Offer = { id: string; display_name: string; description: string };

/** Offers the options of the catalog. Below each choice stands the description of the chosen one. */
export function Options({ catalog, draft, faults, edit }: OptionsProps) {
  const { t } = useI18n();
  const words = useCatalogWords();
  const models = catalog.models.map((model) => ({ ...model, id: model.name, display_name: model.name }));
  const about = (offers: readonly Offer[], id: string) =>
    words(offers.find((offer) => offer.id === id)?.description ?? "");
  const tile = ({ id, display_name }: Offer) => ({ value: id, label: words(display_name) });
  const choice = (field: "model" | "style" | "color" | "size", offers: readonly Offer[]) => ({
    label: t(`studio.${field}`),
    hint: about(offers, draft[field]),
    error: faults[field],
    value: draft[field],
    onValue: (value: string) => edit({ [field]: value }),
  });
  return (
    <div class="studio-options">
      <Choice {...choice("model", models)} options={models.map(tile)} />
      <Choice {...choice("style", catalog.styles)} options={catalog.styles.map(tile)} />
      <Choice
        {...choice("color", catalog.colors)}
        options={catalog.colors.map((color) => ({
          ...tile(color),
          note: <Swatches colors={color.hex_examples} />,
        }))}
      />
      <Choice
        {...choice("size", catalog.sizes)}
        options={catalog.sizes.map((size) => ({ ...tile(size), note: <SizeNote size={size} /> }))}
      />
    </div>
  );
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

function SizeNote({ size }: { size: Catalog["sizes"][number] }) {
  const { width, height, credit_cost: price } = size;
  const longest = Math.max(width, height);
  const [across, down] = [(20 * width) / longest, (20 * height) / longest];
  return (
    <>
      <svg class="studio-ratio" viewBox="0 0 24 24" aria-hidden="true">
        <rect x={12 - across / 2} y={12 - down / 2} width={across} height={down} rx={1.5} />
      </svg>
      <Credits value={price} />
    </>
  );
}
