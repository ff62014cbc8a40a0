import { useState } from "preact/hooks";
import { NotClaimed } from "../../session/sign-in";

interface State {
  /** Which of the ways in is being tried. */
  busy?: string;
  error?: unknown;
  failed?: string;
  done?: string;
}

export type Attempt = ReturnType<typeof useAttempt>;

/** One try at a time of any way in; its error stands until the next. */
export function useAttempt() {
  const [state, setState] = useState<State>({});
  const run = async (way: string, enter: () => Promise<void>) => {
    setState({ busy: way });
    try {
      await enter();
      setState({ done: way });
    } catch (error) {
      setState({ error, failed: way });
    }
  };
  return {
    run,
    reset: () => setState({}),
    isBusy: state.busy !== undefined,
    busyWith: (way: string) => state.busy === way,
    errorOf: (way: string) => (state.failed === way ? state.error : undefined),
    isTrial: state.done === TRIAL,
    notClaimed: state.error instanceof NotClaimed ? state.error : undefined,
  };
}

export const TRIAL = "trial";
