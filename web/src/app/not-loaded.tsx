import { useEffect } from "preact/hooks";
import { connection } from "../api/connection";
import { ApiError } from "../api/problem";
import { ErrorNotice } from "../design";

const reload = () => location.reload();

/**
 * Is shown instead of a page whose code could not be fetched.
 *
 * Browsers remember the failed import, so the page is reloaded when the connection is back.
 */
export function NotLoaded() {
  useEffect(() => {
    let wasLost = false;
    return connection.watch((isLost) => {
      if (wasLost && !isLost) reload();
      wasLost = isLost;
    });
  }, []);
  return <ErrorNotice error={new ApiError({ code: "offline" })} retry={reload} />;
}
