import { useEffect } from "preact/hooks";
import { connection } from "../api/connection";
import { ApiError } from "../api/problem";
import { ErrorNotice } from "../design";

const reload = () => location.reload();

/** Stands where a page should be whose code could not be fetched; browsers remember that, so only a reload helps. */
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
