import type { Plugin, System } from "swagger-ui-dist/swagger-ui-es-bundle.js";

interface Sample {
  lang: string;
  label: string;
  source: string;
}

/** Repairs the parts of Swagger UI that keep a screen reader or a keyboard from an operation. */
export const accessible: Plugin = {
  wrapComponents: {
    // A keyboard could not reach a link inside the button that opens the operation, so it becomes plain text.
    DeepLink:
      (_original, { React }) =>
      ({ text }) =>
        React.createElement("span", null, text),
    // There is one server only, the host of this page, so there is nothing to choose.
    ServersContainer: () => () => null,
    OperationServers: () => () => null,
  },
};

/** Shows the `x-codeSamples` of an operation before its responses. */
export const samples: Plugin = {
  wrapComponents: {
    responses: (original, system) => (props) => {
      const found = samplesOf(system, String(props.path), String(props.method));
      const { createElement, Fragment } = system.React;
      return createElement(Fragment, null, shown(system, found), createElement(original, props));
    },
  },
};

function samplesOf({ specSelectors }: System, path: string, method: string): Sample[] {
  return (specSelectors.specJson().getIn(["paths", path, method, "x-codeSamples"])?.toJS() as Sample[]) ?? [];
}

function shown({ React: { createElement } }: System, found: Sample[]): unknown {
  if (found.length === 0) return null;
  const each = found.map(({ label, source }) =>
    createElement(
      "details",
      { key: label, name: "sample" },
      createElement("summary", null, label),
      createElement("pre", { tabIndex: 0 }, createElement("code", null, source)),
    ),
  );
  return createElement("section", { className: "samples" }, createElement("h4", null, "Examples"), each);
}
