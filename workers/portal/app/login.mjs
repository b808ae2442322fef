// Signing in: a link by mail, or the tenant's identity provider. What was entered is never answered by whether it is known.

import { get, post } from "./api.mjs";
import { h, show } from "./dom.mjs";
import { form } from "./form.mjs";

/// Only paths of this host.
function target() {
  const path = new URLSearchParams(location.search).get("return_to") || "/overview";
  return /^\/(?![/\\])/.test(path) ? path : "/overview";
}

export async function draw(place) {
  const methods = await get("/api/v1/auth/methods");
  const byLink = form({
    fields: [{ name: "email", label: "E-mail address", kind: "email", autocomplete: "email", required: true, full: true }],
    action: "Send me a sign-in link",
    send: async ({ email }) => {
      await post("/api/v1/auth/link", { email: email || "", return_to: target() });
      sent(place, email);
    },
  });
  const provider = methods.oidc && [
    h("a", { class: "main button", href: `/api/v1/auth/oidc/start?return_to=${encodeURIComponent(target())}` },
      `Sign in with ${methods.oidc.name}`),
    h("p", { class: "or" }, "or"),
  ];
  const failed = new URLSearchParams(location.search).get("error");
  show(place,
    failed && h("p", { class: "wrong", role: "alert" }, "That sign-in did not work. Please try again."),
    provider, byLink);
}

function sent(place, email) {
  const heading = h("h2", { tabindex: "-1" }, "Look into your mail");
  show(place, heading,
    h("p", {}, `If ${email} belongs to somebody here, a link is on its way. It works once, for 15 minutes, in this browser or another.`),
    h("p", {}, h("a", { href: location.href }, "Use another address")));
  heading.focus();
}
