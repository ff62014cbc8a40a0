import type { components } from "./schema";

type Problem = components["schemas"]["Problem"];

/**
 * Is thrown when the API refuses a request. It has the code of the problem+json in the answer.
 *
 * The code is `offline` if no answer came, and `unknown` if the answer was no problem+json.
 */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly problem: Partial<Problem>;

  constructor(problem: Partial<Problem> & { code: string }) {
    super(problem.detail ?? problem.title ?? problem.code);
    this.name = "ApiError";
    this.code = problem.code;
    this.status = problem.status ?? 0;
    this.retryable = problem.retryable ?? true;
    this.problem = problem;
  }

  /** Returns the fault of one field of the body (`/prompt`) or of one parameter (`page_size`), if it has one. */
  fault(pointer: string): string | undefined {
    return this.problem.errors?.find((each) => each.pointer === pointer)?.detail;
  }
}

export function refusal(status: number, body: unknown): ApiError {
  if (typeof body === "object" && body !== null && "code" in body) {
    return new ApiError(body as Problem);
  }
  return new ApiError({ code: "unknown", status, retryable: status >= 500 });
}
