/** Declares the part of Swagger UI that is used here, because the package has no types. */
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  export interface Request {
    url: string;
    headers: Record<string, string>;
  }

  export interface System {
    React: {
      createElement: (type: unknown, props: object | null, ...children: unknown[]) => unknown;
      Fragment: unknown;
    };
    specSelectors: { specJson: () => { getIn: (path: string[]) => { toJS: () => unknown } | undefined } };
  }

  export type Component = (props: Record<string, unknown>) => unknown;

  export interface Plugin {
    wrapComponents?: Record<string, (original: Component, system: System) => Component>;
  }

  export interface SwaggerUi {
    preauthorizeApiKey: (scheme: string, value: string) => void;
  }

  export interface Options {
    spec: object;
    domNode: Element;
    deepLinking: boolean;
    docExpansion: "none" | "list" | "full";
    defaultModelsExpandDepth: number;
    displayRequestDuration: boolean;
    syntaxHighlight: { activated: boolean };
    tryItOutEnabled: boolean;
    filter: boolean;
    validatorUrl: null;
    plugins: Plugin[];
    requestInterceptor: (request: Request) => Request | Promise<Request>;
    onComplete: () => void;
  }

  export default function SwaggerUI(options: Options): SwaggerUi;
}
