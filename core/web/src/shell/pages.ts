/** The shell's own pages. Those of plugins are panels. */
import type { Route } from "./router";

export const PAGES: Route[] = [
  { path: "/login", tag: "mb-login", load: () => import("../pages/login"), open: true },
  { path: "/register", tag: "mb-register", load: () => import("../pages/register"), open: true },
  { path: "/verify", tag: "mb-verify", load: () => import("../pages/verify"), open: true },
  { path: "/reset", tag: "mb-reset", load: () => import("../pages/reset"), open: true },
  { path: "/invitation", tag: "mb-invitation", load: () => import("../pages/invitation"), open: true },
  { path: "/email", tag: "mb-email", load: () => import("../pages/email"), open: true },
  { path: "/home", tag: "mb-home", load: () => import("../pages/home") },
  { path: "/profile", tag: "mb-profile", load: () => import("../pages/profile") },
  { path: "/devices", tag: "mb-devices", load: () => import("../pages/devices") },
  { path: "/team", tag: "mb-team", load: () => import("../pages/team") },
  { path: "/keys", tag: "mb-keys", load: () => import("../pages/keys") },
  { path: "/files", tag: "mb-files", load: () => import("../pages/files") },
  { path: "/activity", tag: "mb-activity", load: () => import("../pages/activity") },
  { path: "/work", tag: "mb-work", load: () => import("../pages/work") },
  { path: "/plugins", tag: "mb-plugins", load: () => import("../pages/plugins") },
  { path: "/style", tag: "mb-style", load: () => import("../pages/style") },
];
