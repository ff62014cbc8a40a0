export interface Layout {
  title: string;
  address: string;
  main: string;
  script: string;
  /** True for the reference, which needs the whole width. Texts to read stand in a column. */
  isWide: boolean;
}

const SECTIONS = [
  ["/docs/guide", "Guide"],
  ["/docs", "Reference"],
  ["/docs/problems", "Problems"],
  ["/app", "Console"],
] as const;

export function layout({ title, address, main, script, isWide }: Layout): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbf9f7">
    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#141112">
    <title>${title} · Darkroom</title>
    <link rel="icon" href="/favicon.svg" type="image/svg+xml">
    <script src="/theme.js"></script>
    <link rel="stylesheet" href="/src/docs/docs.css">
    <script type="module" src="${script}"></script>
  </head>
  <body>
    <a class="skip visually-hidden" href="#main">Skip to the text</a>
    <header class="top">
      <a class="brand" href="/">Darkroom</a>
      <nav aria-label="Documentation"><ul>${SECTIONS.map(([to, name]) => link(to, name, address)).join("")}</ul></nav>
    </header>
    <main id="main" tabindex="-1" class="${isWide ? "wide" : "column"}">
      ${main}
    </main>
  </body>
</html>
`;
}

function link(to: string, name: string, address: string): string {
  const isHere = to === address || (to === "/docs/problems" && address.startsWith(to));
  return `<li><a href="${to}"${isHere ? ' aria-current="page"' : ""}>${name}</a></li>`;
}
