import MarkdownIt from "markdown-it";

const LANGUAGES: Record<string, string> = {
  sh: "Shell",
  bash: "curl",
  python: "Python",
  javascript: "JavaScript",
  js: "JavaScript",
  json: "JSON",
};

/** These files of docs/ have an address of their own on the site. */
const SERVED: Record<string, string> = { "openapi.json": "/docs", "guide.md": "/docs/guide" };

/** Renders Markdown from docs/ as HTML. Throws if a link leads to a page that the site does not have. */
export function rendered(markdown: string, folder = ""): string {
  const renderer = new MarkdownIt({ html: false, linkify: false });
  const { rules } = renderer.renderer;
  rules.fence = (tokens, index) =>
    block(tokens[index]?.info ?? "", renderer.utils.escapeHtml(tokens[index]?.content ?? ""));
  rules.heading_open = (tokens, index) => {
    const id = slug(tokens[index + 1]?.content ?? "");
    return `<${tokens[index]?.tag} id="${id}">`;
  };
  rules.heading_close = (tokens, index) => {
    const title = tokens[index - 1]?.content ?? "";
    const { tag } = tokens[index] ?? {};
    if (tag === "h1") return "</h1>";
    const label = renderer.utils.escapeHtml(`Link to: ${title}`);
    return ` <a class="anchor" href="#${slug(title)}" aria-label="${label}">#</a></${tag}>`;
  };
  rules.table_open = () => '<div class="scroller" tabindex="0" role="group" aria-label="Table"><table>';
  rules.table_close = () => "</table></div>";
  renderer.core.ruler.push("site-links", ({ tokens }) => {
    for (const token of tokens.flatMap((each) => each.children ?? [])) {
      if (token.type === "link_open") token.attrSet("href", onSite(`${token.attrGet("href")}`, folder));
    }
  });
  return renderer.render(markdown);
}

export function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function block(info: string, code: string): string {
  const [language = ""] = info.split(" ");
  const label = language === "output" ? outputLabel(info) : (LANGUAGES[language] ?? "Text");
  const kind = language === "output" ? "output" : "program";
  return (
    `<figure class="code ${kind}"><figcaption>${label}</figcaption>` +
    `<pre tabindex="0" role="group" aria-label="${label}"><code>${code}</code></pre></figure>`
  );
}

function outputLabel(info: string): string {
  const languages = info.split(" ").flatMap((each) => LANGUAGES[each] ?? []);
  return `Printed by ${languages.filter((each) => each !== "JSON").join(", ")}`;
}

/** Turns a link in docs/ into an address on the site: in docs/problems, `../guide.md` becomes /docs/guide. */
export function onSite(target: string, folder: string): string {
  if (/^(https:|#)/.test(target)) return target;
  const [path = "", anchor] = new URL(target, `http://site/${folder}`).href
    .replace("http://site/", "")
    .split("#");
  const address = SERVED[path] ?? byName(path);
  if (address === undefined) throw new Error(`${target} (${path}) is not on the site`);
  return anchor ? `${address}#${anchor}` : address;
}

function byName(path: string): string | undefined {
  if (/^postman_\w+\.json$/.test(path)) return `/${path}`;
  const problem = /^problems\/(\w+)\.md$/.exec(path)?.[1];
  if (problem === undefined) return undefined;
  return problem === "README" ? "/docs/problems" : `/docs/problems/${problem}`;
}
