import { layout } from "./layout.ts";
import { rendered } from "./markdown.ts";
import { markdownOf, type Problem, problems } from "./sources.ts";

export interface Page {
  /** The path from the folder web/. The build writes the page to the same path in public/. */
  file: string;
  address: string;
  html: string;
}

export function docsPages(): Page[] {
  return [reference(), guide(), index(), ...problems().map(problem)];
}

function reference(): Page {
  const address = "/docs";
  const title = "API reference";
  const main = `<div id="caller" class="caller" role="status" hidden></div>
      <div id="reference"><p class="waiting">Loading the reference…</p></div>
      <noscript><p>The reference needs JavaScript. Without it, read <a href="/openapi.json">openapi.json</a>.</p></noscript>`;
  const html = layout({ title, address, main, script: "/src/docs/reference.ts", isWide: true });
  return { file: "docs/index.html", address, html };
}

function guide(): Page {
  const main = `<article>${rendered(markdownOf("guide.md"))}</article>`;
  return page("/docs/guide", "docs/guide.html", "The first ten minutes", main);
}

function index(): Page {
  const rows = problems().map(row).join("");
  const head = "<tr><th>Code</th><th>Status</th><th>What</th><th>Retry</th></tr>";
  const main = `<article><h1>Problems</h1>
      <p>Every refusal of <code>/v1</code> is <code>application/problem+json</code> with a <code>code</code>, and its
      <code>type</code> is the address of the page of that code. <em>Retry</em> says whether the same request may succeed
      later.</p>
      <div class="scroller" tabindex="0" role="group" aria-label="All problems">
      <table><thead>${head}</thead><tbody>${rows}</tbody></table></div></article>`;
  return page("/docs/problems", "docs/problems/index.html", "Problems", main);
}

function row({ code, status, title, retryable }: Problem): string {
  const breakable = code.replaceAll("_", "_<wbr>");
  return `<tr><td><a href="/docs/problems/${code}"><code>${breakable}</code></a></td><td>${status}</td>
      <td>${title}</td><td>${retryable ? "yes" : "no"}</td></tr>`;
}

function problem(each: Problem): Page {
  const { code, title } = each;
  const main = `<article><p class="over"><a href="/docs/problems">Problems</a></p><h1>${title}</h1>${properties(each)}
      ${rendered(markdownOf(`problems/${code}.md`), "problems/")}</article>`;
  return page(`/docs/problems/${code}`, `docs/problems/${code}.html`, title, main);
}

function properties({ code, status, retryable, charged }: Problem): string {
  const retry = retryable ? "The same request may succeed later" : "Repeating the same request does not help";
  const cost = charged === null ? "Not known; see below" : "Nothing was charged";
  const each = { Code: `<code>${code}</code>`, Status: `${status}`, Again: retry, Credits: cost };
  const rows = Object.entries(each).map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return `<dl class="facts">${rows.join("")}</dl>`;
}

function page(address: string, file: string, title: string, main: string): Page {
  return {
    file,
    address,
    html: layout({ title, address, main, script: "/src/docs/page.ts", isWide: false }),
  };
}
