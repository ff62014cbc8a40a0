import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "./reference.css";
import { type Caller, currentCaller } from "./caller";
import { label } from "./labels";
import { accessible, samples } from "./viewer";

interface Operations {
  servers?: object[];
}

interface Parameter {
  description: string;
  example?: unknown;
}

interface Spec extends Operations {
  paths: Record<string, Operations>;
  components: { parameters: Record<string, Parameter> };
}

const LOCAL_USER = "arda";

void show();

async function show(): Promise<void> {
  const place = document.querySelector("#reference");
  if (!place) return;
  const answer = await fetch("/openapi.json");
  const spec = servedHere((await answer.json()) as Spec);
  const caller = currentCaller();
  let isCallerSet = false;
  label(place);
  const viewer = SwaggerUI({
    spec,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    syntaxHighlight: { activated: false },
    tryItOutEnabled: true,
    filter: true,
    validatorUrl: null,
    plugins: [accessible, samples],
    requestInterceptor: async (request) => {
      const wasEarly = !isCallerSet;
      const known = await caller;
      if (wasEarly && isLocalUser(known)) request.url = withLocalUser(request.url);
      const token = await known.token();
      const isAuthorized = Object.keys(request.headers).some((name) =>
        /^(authorization|x-api-key)$/i.test(name),
      );
      if (token && !isAuthorized) request.headers.Authorization = `Bearer ${token}`;
      const proof = await known.proof().catch(() => undefined);
      if (proof) request.headers["X-Firebase-AppCheck"] = proof;
      return request;
    },
    onComplete: async () => {
      const known = await caller;
      if (isLocalUser(known)) viewer.preauthorizeApiKey("openModeUser", LOCAL_USER);
      isCallerSet = true;
      tell(known);
    },
  });
}

const isLocalUser = ({ isLocal, name }: Caller): boolean => isLocal && !name;

/** Names the local user in a request that was made before the viewer knew who calls. */
function withLocalUser(address: string): string {
  const url = new URL(address);
  if (!url.searchParams.has("userId")) url.searchParams.set("userId", LOCAL_USER);
  return url.href;
}

/** Makes requests go to the host of this page, which is the only one that the content security policy allows. */
function servedHere(spec: Spec): Spec {
  spec.servers = [{ url: location.origin }];
  for (const path of Object.values(spec.paths)) {
    if (path.servers) path.servers = [{ url: `${location.origin}/api` }];
  }
  for (const header of Object.values(spec.components.parameters)) exampleInDescription(header);
  return spec;
}

/**
 * Moves the example of a header into its description.
 *
 * Swagger UI would send the example with every request, and the headers change what a request means.
 */
function exampleInDescription(header: Parameter): void {
  header.description += ` For example: \`${header.example}\``;
  delete header.example;
}

function tell({ name, isLocal }: Caller): void {
  const place = document.querySelector<HTMLElement>("#caller");
  if (!place) return;
  const console = Object.assign(document.createElement("a"), { href: "/app", textContent: "the console" });
  if (name) place.append(`Requests are sent as ${name}, who is signed in to `, console, ".");
  else if (isLocal)
    place.append(`The local stack: requests are sent as ${LOCAL_USER}. “Authorize” makes you somebody else.`);
  else place.append("To try requests, sign in to ", console, " or enter an API key under “Authorize”.");
  place.hidden = false;
}
