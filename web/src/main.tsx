import "./i18n";
import "./style.css";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { Gate } from "./session/Gate";
import { Invitation } from "./session/Invitation";

const client = new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } });

// Each desk is fetched when its address is asked for.
const Desk = lazy(() => import("./steward/Desk").then((m) => ({ default: m.Desk })));
const steward = /^\/steward(\/|$)/.test(location.pathname);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        {location.pathname === "/invitation" ? (
          <Invitation />
        ) : (
          <Gate open={(me) => me.public && !steward}>
            <Suspense fallback={null}>{steward ? <Desk /> : <App />}</Suspense>
          </Gate>
        )}
      </QueryClientProvider>
    </StrictMode>,
  );
}
