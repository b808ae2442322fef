// API keys: made with every layer, shown once, restricted, rotated, revoked.

import { address, get, post, remove } from "./api.mjs";
import { badge, button, card, confirmed, copyable, day, dialog, h, paged, say, show, table, when } from "./dom.mjs";
import { form } from "./form.mjs";

const SCOPES = [
  "license:validate", "license:heartbeat", "license:activate", "license:checkout", "license:return", "license:read",
  "pools:manage", "license:issue", "license:manage", "billing:read", "audit:read", "tenant:read", "keys:manage", "admin",
];
const KINDS = [["", "–"], ["desktop", "Desktop"], ["ci_cd", "Build pipeline"], ["cloud_service", "Cloud service"], ["control_plane", "Control plane"]];

export async function draw(place, { user }) {
  const keys = await paged(
    (cursor) => get(address("/api/v1/keys", { cursor })),
    (items) => list(items, () => keys.reload()));
  const make = button("Make a key", () => generate(user, () => keys.reload()), { class: "main" });
  show(place, h("p", { class: "lead" }, "A key is shown once. What it demands besides its secret makes it worth little to a thief.", make), card("Keys", keys));
}

function state(key) {
  if (key.revoked_at) return badge("bad", "Revoked");
  if (key.expires_at && new Date(key.expires_at) <= new Date()) return badge("warn", "Ended");
  return key.successor ? badge("calm", "Replaced") : badge("good", "Works");
}

function list(items, reload) {
  return table("API keys", [
    ["Key", (key) => [h("b", {}, key.app_name || "–"), h("code", { class: "quiet" }, key.key_id)]],
    ["State", (key) => [state(key), key.expires_at && h("span", { class: "quiet" }, "until ", day(key.expires_at))]],
    ["Demands", (key) => demands(key).map((text) => h("span", { class: "tag" }, text))],
    ["Last use", (key) => (key.last_use
      ? [when(key.last_use.at), h("span", { class: "quiet" }, [key.last_use.address, key.last_use.hostname].filter(Boolean).join(" · "))]
      : h("span", { class: "quiet" }, "never"))],
    ["", (key) => !key.revoked_at && h("div", { class: "row" },
      button("Restrict", () => restrict(key, reload)),
      button("Rotate", () => rotate(key, reload)),
      button("Revoke", () => confirmed("Revoke this key?", `${key.app_name || key.key_id} stops working everywhere within 5 seconds, for good.`, "Revoke", async () => {
        await remove(`/api/v1/keys/${key.key_id}`);
        say("The key is revoked.");
        await reload();
      })))],
  ], items, "There are no keys yet.");
}

function demands({ restrictions: rules = {} }) {
  const found = [
    rules.allowed_ip_ranges?.length && "networks", rules.allowed_hostnames?.length && "machines",
    rules.require_mtls && "certificate", rules.require_signature && "signature",
  ].filter(Boolean);
  return found.length ? found : ["the secret only"];
}

/// The layers, for a new key and for one that is restricted later.
function layers(rules = {}, limits = {}) {
  return [
    { name: "allowed_ip_ranges", label: "Networks", kind: "lines", value: rules.allowed_ip_ranges, hint: "One a line: 203.0.113.0/24, 2001:db8::/32" },
    { name: "allowed_hostnames", label: "Machines", kind: "lines", value: rules.allowed_hostnames, hint: "One a line, as X-Hostname: ws-042.example.com, *.example.com" },
    { name: "rate_limits/checkouts_per_minute", label: "Checkouts a minute", kind: "number", value: limits.checkouts_per_minute, placeholder: "100" },
    { name: "rate_limits/checkouts_per_hour", label: "Checkouts an hour", kind: "number", value: limits.checkouts_per_hour, placeholder: "1000" },
    { name: "require_mtls", label: "Demand a client certificate", kind: "check", value: rules.require_mtls },
    { name: "require_signature", label: "Demand signed requests", kind: "check", value: rules.require_signature },
    { name: "client_cert_cn", label: "Certificate: common name", value: rules.client_cert_cn },
    { name: "client_cert_san", label: "Certificate: alternative name", value: rules.client_cert_san },
    { name: "client_cert_fingerprints", label: "Certificate: fingerprints", kind: "lines", value: rules.client_cert_fingerprints, hint: "SHA-256, one a line" },
    { name: "signing_public_key", label: "Public key of the device", kind: "long", value: rules.signing_public_key, hint: "Ed25519, PEM or the x of a JWK: for signed requests" },
  ];
}

/// One limit of two is completed by the usual other one.
function complete(body) {
  if (body.rate_limits) {
    body.rate_limits = { checkouts_per_minute: 100, checkouts_per_hour: 1000, ...body.rate_limits };
  }
  return body;
}

function generate(user, reload) {
  const own = user.scopes.includes("admin") ? SCOPES : SCOPES.filter((scope) => user.scopes.includes(scope));
  const usual = ["license:validate", "license:heartbeat", "license:checkout", "license:return"].filter((scope) => own.includes(scope));
  dialog("Make a key", (close) => form({
    fields: [
      { name: "app_name", label: "Application", required: true },
      { name: "app_type", label: "Kind", kind: "choice", options: KINDS },
      { name: "expires_in_days", label: "Days until it ends", kind: "number", placeholder: "never" },
      { name: "scopes", label: "May do", kind: "checks", options: own.map((scope) => [scope, scope]), value: usual },
      ...layers(),
    ],
    action: "Make the key",
    extra: button("Cancel", close),
    send: async (body) => {
      const made = await post("/api/v1/keys/generate", complete({ app_name: "", ...body }));
      close();
      shown(made);
      await reload();
    },
  }));
}

function shown(made) {
  const lines = Object.entries(made.integration_snippet?.environment_variables || {}).map(([name, value]) => `${name}=${value}`);
  dialog("Your key", (close) => [
    h("p", {}, "Keep it now: it is not shown again."),
    copyable(made.api_key, "API key"),
    lines.length && [h("h3", {}, "For the application"), h("pre", { tabindex: "0" }, lines.join("\n"))],
    made.overlap_ends_at && h("p", { class: "quiet" }, "The key of before works until ", when(made.overlap_ends_at), "."),
    h("div", { class: "actions" }, button("I have kept it", close, { class: "main" })),
  ]);
}

function restrict(key, reload) {
  dialog(`Restrict ${key.app_name || key.key_id}`, (close) => form({
    fields: layers(key.restrictions, key.rate_limits),
    action: "Save",
    extra: button("Cancel", close),
    send: async (body) => {
      await post(`/api/v1/keys/${key.key_id}/restrictions`, complete(body));
      close();
      say("In force everywhere within 5 seconds.");
      await reload();
    },
  }));
}

function rotate(key, reload) {
  const options = [["0", "at once"], ["3600", "in an hour"], ["86400", "in a day"], ["604800", "in a week"]];
  dialog(`Rotate ${key.app_name || key.key_id}`, (close) => form({
    fields: [{ name: "overlap", label: "The old key stops working", kind: "choice", options, value: "86400" }],
    action: "Make the new key",
    extra: button("Cancel", close),
    send: async ({ overlap }) => {
      const made = await post(`/api/v1/keys/${key.key_id}/rotate`, { overlap_seconds: Number(overlap) });
      close();
      shown(made);
      await reload();
    },
  }));
}
