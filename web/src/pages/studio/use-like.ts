import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, body } from "../../api/client";
import { ApiError } from "../../api/problem";
import { type Draft, draftLike } from "../../ordering/draft";

/** Fills the form once for `?like=<id>`, as for that generation. The id is then removed from the address. */
export function useLike(fill: (draft: Draft) => void) {
  const { query } = useLocation();
  const [error, setError] = useState<ApiError>();
  const id = query.like;
  useEffect(() => {
    if (!id) return;
    body(api.GET("/v1/generations/{id}", { params: { path: { id } } })).then(
      (generation) => {
        fill(draftLike(generation));
        setError(undefined);
        history.replaceState(null, "", location.pathname);
      },
      (reason) => setError(reason instanceof ApiError ? reason : new ApiError({ code: "unknown" })),
    );
  }, [id]);
  return error;
}
