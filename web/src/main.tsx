import "./i18n";
import "./style.css";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, type ReactNode, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { Gate } from "./session/Gate";
import { Invitation } from "./session/Invitation";
import { Opening } from "./session/Opening";

const client = new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } });

// Each desk is fetched when its address is asked for.
const Desk = lazy(() => import("./steward/Desk").then((m) => ({ default: m.Desk })));
const Account = lazy(() => import("./session/Account").then((m) => ({ default: m.Account })));
const Office = lazy(() => import("./office/Office").then((m) => ({ default: m.Office })));
const Print = lazy(() => import("./print/Print").then((m) => ({ default: m.Print })));
const Dispatch = lazy(() => import("./dispatch/Dispatch").then((m) => ({ default: m.Dispatch })));
const Wall = lazy(() => import("./wall/Wall").then((m) => ({ default: m.Wall })));
const Report = lazy(() => import("./cases/report/Report").then((m) => ({ default: m.Report })));
const Work = lazy(() => import("./cases/work/Work").then((m) => ({ default: m.Work })));
const pages: Record<string, ReactNode> = {
  steward: <Desk />,
  office: <Office />,
  account: <Account />,
  print: <Print />,
  desk: <Dispatch />,
  wall: <Wall />,
  report: <Report />,
  work: <Work />,
};
const needs: Record<string, string> = { steward: "draft.read", desk: "case.list", wall: "case.list", work: "case.list" };
const name = location.pathname.split("/")[1] ?? "";
const page = pages[name];

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        {location.pathname === "/invitation" ? (
          <Invitation />
        ) : (
          <Gate open={(me) => me.public && (!page || name === "print" || name === "report")} needs={needs[name]}>
            <Suspense fallback={<Opening />}>{page ?? <App />}</Suspense>
          </Gate>
        )}
      </QueryClientProvider>
    </StrictMode>,
  );
}
