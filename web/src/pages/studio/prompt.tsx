import { TextArea } from "../../design";
import type { Message } from "../../i18n/catalogue";
import { useI18n } from "../../i18n/i18n";
import { lengthOf } from "../../i18n/typed";

const IDEAS = ["cake", "croissant", "macarons", "window", "lighthouse"] as const;

interface PromptFieldProps {
  value: string;
  /** The most characters that the model takes, or undefined if there is no model. */
  most: number | undefined;
  error: string | undefined;
  onValue: (prompt: string) => void;
}

export function PromptField({ value, most, error, onValue }: PromptFieldProps) {
  const { t } = useI18n();
  return (
    <div class="studio-prompt">
      <TextArea
        label={t("studio.prompt")}
        hint={most === undefined ? undefined : t("studio.prompt.hint", { count: lengthOf(value), most })}
        error={error}
        placeholder={t("studio.prompt.placeholder")}
        rows={4}
        value={value}
        onValue={onValue}
      />
      <fieldset class="studio-ideas">
        <legend>{t("studio.ideas")}</legend>
        {IDEAS.map((idea) => (
          <button
            key={idea}
            type="button"
            onClick={() => onValue(t(`studio.idea.${idea}.prompt` as Message))}
          >
            {t(`studio.idea.${idea}`)}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
