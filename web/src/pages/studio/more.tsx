import { useEffect, useState } from "preact/hooks";
import { TextField } from "../../design";
import { useI18n } from "../../i18n/i18n";

interface MoreOptionsProps {
  seed: string;
  error: string | undefined;
  onSeed: (seed: string) => void;
}

/** Holds the options that few need. It opens if one of them is set or has a fault. */
export function MoreOptions({ seed, error, onSeed }: MoreOptionsProps) {
  const { t } = useI18n();
  const [isOpen, setOpen] = useState(seed !== "");
  useEffect(() => {
    if (error || seed) setOpen(true);
  }, [error, seed]);
  return (
    <details class="studio-more" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("studio.more")}</summary>
      <TextField
        label={t("studio.seed")}
        hint={t("studio.seed.hint")}
        error={error}
        inputMode="numeric"
        autoComplete="off"
        value={seed}
        onValue={onSeed}
      />
    </details>
  );
}
