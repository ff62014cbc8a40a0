import { markdownOf, type Problem, problems } from "./sources.ts";

/** Writes llms.txt, which llmstxt.org describes: a title, a summary and lists of links. */
export function llms(): string {
  return `# Darkroom

> A serverless, credit-metered API for AI image generation. A request costs credits when it is accepted, and gives them
> back, once and in full, unless it completes. The client waits, polls or listens.

Everything new is under \`/v1\`: JSON in snake_case, times in RFC 3339 UTC, errors as problem+json (RFC 9457) with a stable
\`code\`. Authenticate with \`Authorization: Bearer\` and a Firebase ID token or an API key. On the local stack, the query
parameter \`userId\` names the user instead. Send an \`Idempotency-Key\` with every create.

## Docs

- [The first ten minutes](/docs/guide): from nothing to a picture, in curl, Python and JavaScript; retries, credits, keys
- [OpenAPI 3.1](/openapi.json): every operation, schema and error, with examples that were played
- [API reference](/docs): the same for people, with a form to try requests
- [Problems](/docs/problems): every error code, and what to do about it

## Problems

${problems().map(listed).join("\n")}

## Optional

- [Guide and problems in one text](/llms-full.txt)
- [Postman collection](/postman_collection.json): every request, with tests
- [Console](/app): for people
`;
}

/** Writes the guide and the pages of all problems as one text. */
export function llmsInFull(): string {
  const all = problems().map(
    (each) => `# ${each.title}\n\n${properties(each)}\n\n${markdownOf(`problems/${each.code}.md`)}`,
  );
  return [markdownOf("guide.md"), ...all].join("\n");
}

function listed({ code, status, title }: Problem): string {
  return `- [${code}](/docs/problems/${code}): ${status}, ${title}`;
}

function properties({ code, status, retryable, charged }: Problem): string {
  const cost = charged === null ? "whether it was charged is not known" : "not charged";
  return `\`${code}\`, HTTP ${status}, ${retryable ? "retryable" : "not retryable"}, ${cost}.`;
}
