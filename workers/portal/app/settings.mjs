// Settings: one's own sessions; how people sign in; alerts' rules and channels; support access.

import { get, maybe, put, remove } from "./api.mjs";
import { badge, button, card, confirmed, copyable, dialog, h, say, show, table, when, words } from "./dom.mjs";
import { form } from "./form.mjs";

export async function draw(place, { user, allows }) {
  const reload = () => draw(place, { user, allows });
  const [sessions, provider, rules, channels, support] = await Promise.all([
    get("/api/v1/auth/sessions"),
    allows("users:manage") ? maybe("/api/v1/identity-provider") : null,
    allows("alerts:read") ? maybe("/api/v1/alert-rules") : null,
    allows("alerts:read") ? maybe("/api/v1/alert-channels") : null,
    allows("users:read") ? maybe("/api/v1/support") : null,
  ]);
  const change = allows("alerts:manage");
  show(place, card("Where you are signed in", own(sessions.items, reload)),
    allows("users:manage") && card("Identity provider", identity(provider, user, reload)),
    channels && card("Where alerts go", delivery(channels, change, reload)),
    rules && card("What raises an alert", watching(rules, change)),
    support && card("Support access", helpers(support.items, allows("users:manage"), reload)));
}

function own(items, reload) {
  const others = items.filter((session) => !session.current).length > 0;
  return [table("Sessions", [
    ["Browser", (session) => [h("b", {}, short(session.agent)), h("span", { class: "quiet" }, session.address)]],
    ["Last used", (session) => when(session.last_used_at)],
    ["Since", (session) => [when(session.created_at), h("span", { class: "quiet" }, `by ${session.method}`)]],
    ["", (session) => (session.current ? badge("good", "This one") : button("End", async () => {
      await remove(`/api/v1/auth/sessions/${session.session_id}`);
      say("It is signed out.");
      await reload();
    }))],
  ], items, "None."),
  others && h("div", { class: "foot" }, h("span", {}), button("End all others", async () => {
    await remove("/api/v1/auth/sessions/all");
    say("All others are signed out.");
    await reload();
  }))];
}

/// The part of a browser's name that people know.
function short(agent) {
  const found = /(Firefox|Edg|OPR|Chrome|Safari)\/(\d+)/.exec(agent || "");
  const system = /(Windows|Mac OS|Android|iPhone|Linux)/.exec(agent || "");
  return found ? `${found[1].replace("Edg", "Edge").replace("OPR", "Opera")} ${found[2]}${system ? `, ${system[1]}` : ""}` : agent || "A browser";
}

function identity(provider, user, reload) {
  const held = provider || {};
  return [form({
    fields: [
      { name: "name", label: "Name on the button", value: held.name, placeholder: "Acme sign-in", required: true },
      { name: "issuer", label: "Issuer", kind: "url", value: held.issuer, placeholder: "https://login.acme.com", required: true },
      { name: "client_id", label: "Client id", value: held.client_id, required: true },
      { name: "client_secret", label: "Client secret", kind: "password", autocomplete: "new-password", hint: held.has_secret ? "One is kept. Leave empty to keep it." : null },
      { name: "token_auth", label: "Shown at the token endpoint", kind: "choice", options: [["basic", "in the header"], ["post", "in the body"]], value: held.token_auth },
      { name: "auto_join", label: "Who is not invited joins as", kind: "choice", value: held.auto_join || "", options: [["", "nobody joins without an invitation"], ["auditor", "auditor"], ...(user.tenant_kind === "customer" ? [["customer_member", "customer member"]] : [])] },
    ],
    action: "Save",
    extra: provider && button("Remove", () => confirmed("Remove the identity provider?", "People sign in by links in mails again.", "Remove", async () => {
      await remove("/api/v1/identity-provider");
      say("Removed.");
      await reload();
    })),
    send: async (body) => {
      await put("/api/v1/identity-provider", { name: "", issuer: "", client_id: "", ...body });
      say("Saved.");
      await reload();
    },
  }), provider && h("div", { class: "inset" }, h("p", { class: "hint" }, "Register this redirect URI at the provider:"), copyable(provider.redirect_uri, "Redirect URI"))];
}

function delivery(channels, change, reload) {
  const hooks = channels.webhooks || [];
  if (!change) return h("p", { class: "inset" }, [...(channels.emails || []), ...hooks.map(({ url }) => url)].join(", ") || "Nowhere yet.");
  return form({
    fields: [
      { name: "emails", label: "Mail addresses", kind: "lines", value: channels.emails, hint: "One a line, at most 10" },
      { name: "webhooks", label: "Webhooks", kind: "lines", value: hooks.map(({ url }) => url), hint: "https:// addresses, one a line. Requests are signed." },
    ],
    action: "Save",
    send: async ({ emails = [], webhooks = [] }) => {
      const saved = await put("/api/v1/alert-channels", { emails, webhooks: webhooks.map((url) => ({ url })) });
      const made = saved.webhooks.filter(({ secret }) => secret);
      if (made.length) secrets(made);
      else say("Saved.");
      await reload();
    },
  });
}

function secrets(made) {
  dialog("Secrets of new webhooks", (close) => [
    h("p", {}, "Signatures are made with these. They are not shown again."),
    made.map(({ url, secret }) => [h("p", { class: "hint" }, url), copyable(secret, `Secret of ${url}`)]),
    h("div", { class: "actions" }, button("I have kept them", close, { class: "main" })),
  ]);
}

function watching(rules, change) {
  const names = Object.keys(rules.rules);
  const element = h("div", {});
  const fields = names.flatMap((name) => [
    { name: `rules/${name}/enabled`, label: words(name), kind: "check", value: rules.rules[name].enabled },
    { name: `rules/${name}/severity`, label: "Severity", spoken: `Severity of ${words(name)}`, kind: "choice", options: [["low", "low"], ["medium", "medium"], ["high", "high"]], value: rules.rules[name].severity },
    { name: `rules/${name}/threshold`, label: "From call", spoken: `From which call: ${words(name)}`, kind: "number", value: rules.rules[name].threshold },
  ]);
  show(element, change ? form({
    fields: [...fields, ...businessHours(rules.business_hours || {})],
    action: "Save",
    send: async ({ rules: wanted, business_hours: hours }) => {
      const days = (hours.days || []).map(Number);
      await put("/api/v1/alert-rules", { ...rules, rules: wanted, business_hours: hours.zone ? { ...hours, days } : undefined });
      say("Saved.");
    },
  }) : table("Rules", [["Rule", words], ["", (name) => (rules.rules[name].enabled ? rules.rules[name].severity : "off")]], names, ""));
  element.classList.add("triples");
  return element;
}

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// In the tenant's own time zone; without one there are no business hours.
function businessHours(hours) {
  const zones = Intl.supportedValuesOf("timeZone");
  return [
    { name: "business_hours/zone", label: "Business hours: time zone", kind: "choice", value: hours.zone || "", options: [["", "none"], ...zones.map((zone) => [zone, zone])] },
    { name: "business_hours/from", label: "From", kind: "time", value: hours.from || "08:00" },
    { name: "business_hours/to", label: "To", kind: "time", value: hours.to || "18:00" },
    { name: "business_hours/days", label: "Days", kind: "checks", options: DAYS.map((day, at) => [String(at + 1), day]), value: (hours.days || [1, 2, 3, 4, 5]).map(String) },
  ];
}

function helpers(items, manage, reload) {
  return table("Support access", [
    ["Who", (grant) => [h("b", {}, grant.supporter), h("code", { class: "quiet" }, grant.actor)]],
    ["Why", (grant) => grant.reason],
    ["Until", (grant) => when(grant.ended_at || grant.expires_at)],
    ["", (grant) => (grant.active
      ? manage && button("End now", async () => {
        await remove(`/api/v1/support/${grant.grant_id}`);
        say("They are out.");
        await reload();
      })
      : badge("calm", "Over"))],
  ], items, "Nobody from above has access to your pages.");
}
