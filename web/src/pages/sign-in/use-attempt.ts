import { useState } from "preact/hooks";
import { NotClaimed } from "../../session/sign-in";

interface State {
  /** The way to sign in that is being tried. */
  busy?: string;
  error?: unknown;
  failed?: string;
  done?: string;
}

export type Attempt = ReturnType<typeof useAttempt>;

/** Runs one try to sign in at a time. The error of a try is kept until the next one. */
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
