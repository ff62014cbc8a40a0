import "../design/index.css";
import "./shell.css";
import { onlineManager, QueryClientProvider } from "@tanstack/preact-query";
import { render } from "preact";
import { LocationProvider } from "preact-iso";
import { connection } from "../api/connection";
import { queries } from "../api/queries";
import { I18nProvider } from "../i18n/i18n";
import { SessionProvider } from "../session/session";
import { Shell } from "./shell";

function App() {
  return (
    <I18nProvider>
      <QueryClientProvider client={queries}>
        <LocationProvider scope="/app">
          <SessionProvider>
            <Shell />
          </SessionProvider>
        </LocationProvider>
      </QueryClientProvider>
    </I18nProvider>
  );
}

// The page asks for its data again when requests get through again, and not when the browser says that it is online.
onlineManager.setEventListener((tell) => connection.watch((isLost) => tell(!isLost)));

const place = document.getElementById("app");
if (place) render(<App />, place);
