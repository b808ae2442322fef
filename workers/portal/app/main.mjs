// The portal's application: who is signed in, what they may open, and the page that was asked for.

import { ask, get, maybe } from "./api.mjs";
import { button, h, say, show } from "./dom.mjs";

/// Pages in the order of the navigation: name, title, the scope that opens it, and for which kinds of tenant it is.
const PAGES = [
  ["overview", "Overview", "license:read"],
  ["tenants", "Tenants", "tenant:read", ["operator", "msp"]],
  ["alerts", "Alerts", "alerts:read"],
  ["keys", "API keys", "keys:manage"],
  ["people", "People", "users:read"],
  ["hosts", "Hosts", "hostnames:manage"],
  ["brand", "Brand", "branding:manage"],
  ["audit", "Audit", "audit:read"],
  ["settings", "Settings", null],
];
const OPEN = ["login", "link", "invitation", "register"];

const LOAD = {
  login: () => import("./login.mjs"),
  link: () => import("./link.mjs"),
  invitation: () => import("./link.mjs"),
  register: () => import("./register.mjs"),
  overview: () => import("./overview.mjs"),
  tenants: () => import("./tenants.mjs"),
  alerts: () => import("./alerts.mjs"),
  keys: () => import("./keys.mjs"),
  people: () => import("./people.mjs"),
  hosts: () => import("./hosts.mjs"),
  brand: () => import("./brand.mjs"),
  audit: () => import("./audit.mjs"),
  settings: () => import("./settings.mjs"),
};

const place = document.getElementById("app");
const name = place.dataset.page;

function allows(user, scope) {
  return !scope || user.scopes.includes("admin") || user.scopes.includes(scope);
}

const offered = (user, [, , scope, kinds]) => allows(user, scope) && (!kinds || kinds.includes(user.tenant_kind));

function navigation(user) {
  const links = PAGES.filter((page) => offered(user, page)).map(([page, title]) =>
    h("a", { href: `/${page}`, "aria-current": page === name ? "page" : null }, title));
  const out = button("Sign out", async () => {
    await ask("DELETE", "/api/v1/auth/session");
    location.assign("/login");
  });
  show(document.getElementById("nav"), h("div", { class: "links" }, links));
  show(document.getElementById("me"), h("span", { class: "who" }, h("b", {}, user.name), h("span", {}, user.role.replaceAll("_", " "))), out);
}

async function session() {
  try {
    return await get("/api/v1/auth/session");
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    location.replace(`/login?return_to=${encodeURIComponent(location.pathname + location.search)}`);
    return null;
  }
}

async function open() {
  if (OPEN.includes(name)) {
    const { draw } = await LOAD[name]();
    return draw(place);
  }
  const held = await session();
  if (!held) return undefined;
  const user = held.user;
  navigation(user);
  const page = PAGES.find(([page]) => page === name);
  if (!offered(user, page)) {
    return show(place, h("p", { class: "empty" }, "Your role does not open this page. Ask an administrator if you need it."));
  }
  const { draw } = await LOAD[name]();
  return draw(place, { user, session: held, allows: (scope) => allows(user, scope), maybe });
}

try {
  await open();
} catch (problem) {
  show(place, h("p", { class: "wrong", role: "alert" }, problem.message),
    button("Try again", () => location.reload()));
  say(problem.message);
}
place.setAttribute("aria-busy", "false");
