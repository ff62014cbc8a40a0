/** Screen readers and keyboards need these attributes, which Swagger UI leaves out: selector, attribute, value. */
const MISSING = [
  ["select.examples-select-element", "aria-label", "Example"],
  [
    ".content-type-wrapper select, .body-param-content-type select, .response-controls select.content-type",
    "aria-label",
    "Media type",
  ],
  ["textarea.body-param__text", "aria-label", "Body"],
  [".parameters-col_description :is(input, select, textarea)", "aria-label", "Value"],
  [".operation-filter-input", "aria-label", "Filter by tag"],
  [".microlight", "tabindex", "0"],
  ["h3.opblock-tag", "aria-level", "2"],
  ["main#operations", "role", "presentation"],
] as const;

/** Adds the missing attributes now and after each change, because the viewer draws an operation when it is opened. */
export function label(viewer: Element): void {
  const complete = () => {
    for (const [selector, attribute, value] of MISSING) {
      for (const element of viewer.querySelectorAll(`:is(${selector}):not([${attribute}])`)) {
        element.setAttribute(attribute, value);
      }
    }
  };
  new MutationObserver(complete).observe(viewer, { childList: true, subtree: true });
}
