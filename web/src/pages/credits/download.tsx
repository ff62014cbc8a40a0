import { useEffect, useRef, useState } from "preact/hooks";
import { Button, ErrorNotice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { csv } from "./csv";
import { readEntries } from "./entries";
import { ledgerRows, readWhole, type Whole } from "./ledger-file";

const PAGE_SIZE = 100;

type State =
  | { at: "rest" }
  | { at: "work"; count: number }
  | { at: "end"; count: number; isAll: boolean }
  | { at: "fault"; error: unknown };

/** Saves the whole ledger as a file. The button that starts the download also stops it, so that it keeps the focus. */
export function Download() {
  const { t, number } = useI18n();
  const [state, start, stop] = useDownload();
  const amount = "count" in state ? number(state.count) : "";
  return (
    <div class="credits-download">
      <Button onClick={state.at === "work" ? stop : start}>
        {state.at === "work" && <span class="spinner" aria-hidden="true" />}
        {t(state.at === "work" ? "credits.file.stop" : "credits.file.start")}
      </Button>
      <p class="hint" role="status">
        {state.at === "work" && t("credits.file.progress", { count: state.count, amount })}
        {state.at === "end" &&
          t(state.isAll ? "credits.file.done" : "credits.file.cut", { count: state.count, amount })}
      </p>
      {state.at === "fault" && <ErrorNotice error={state.error} retry={start} />}
    </div>
  );
}

function useDownload(): [State, () => Promise<void>, () => void] {
  const { t, language } = useI18n();
  const [state, setState] = useState<State>({ at: "rest" });
  const running = useRef<AbortController | null>(null);
  const stop = () => {
    running.current?.abort();
    setState({ at: "rest" });
  };
  useEffect(() => () => running.current?.abort(), []);
  const start = async () => {
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const tell = (count: number) => !signal.aborted && setState({ at: "work", count });
    tell(0);
    try {
      const whole = await readWhole((token) => readEntries(PAGE_SIZE, token, signal), tell);
      if (signal.aborted) return;
      // In languages with a decimal comma, spreadsheets separate cells by semicolons.
      save(csv(ledgerRows(whole, t), language === "ru" ? ";" : ","));
      setState(ended(whole));
    } catch (error) {
      if (!signal.aborted) setState({ at: "fault", error });
    }
  };
  return [state, start, stop];
}

const ended = ({ entries, isAll }: Whole): State => ({ at: "end", count: entries.length, isAll });

function save(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `darkroom-ledger-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
