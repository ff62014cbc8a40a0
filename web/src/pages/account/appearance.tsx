import { useState } from "preact/hooks";
import { Choice } from "../../design";
import { chooseTheme, chosenTheme, THEMES } from "../../design/theme";
import { useI18n } from "../../i18n/i18n";
import { LANGUAGES, type Language } from "../../i18n/language";

export function Appearance() {
  const { t, language, setLanguage } = useI18n();
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (value: string) => {
    const chosen = THEMES.find((each) => each === value) ?? "system";
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <section class="card stack">
      <h2>{t("account.look.title")}</h2>
      <Choice
        label={t("account.look.language")}
        value={language}
        onValue={(value) => setLanguage(value as Language)}
        options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
      />
      <Choice
        label={t("account.look.theme")}
        value={theme}
        onValue={choose}
        options={THEMES.map((value) => ({ value, label: t(`account.look.${value}`) }))}
      />
    </section>
  );
}
