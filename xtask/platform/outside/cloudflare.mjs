// Custom hostnames as Cloudflare for SaaS has them: /cloudflare/zones/{zone}/custom_hostnames, with its envelope, its two
// states, its quota and its errors. Nothing validates by itself here: tests and people say what has happened.
//
//   PUT /cloudflare/_test/{host} {...}     of a hostname, before or after it was made:
//       "status", "ssl_status"             its states ("active" and "active": in service)
//       "errors": ["..."]                  what is wrong with it
//       "drop": true                       it is deleted, as after seven days without validation
//       "full": true                       the quota is used up when it is asked for
//       "refuse": true                     it is prohibited
//       "answer": 503, "retry_after": 5    every request about it is answered so; null: no longer
//   GET /cloudflare/_test/{host}           what is there and which requests were made: {hostname, made, deleted, patched}
import { randomUUID } from "node:crypto";

const ZONE = "0123456789abcdef0123456789abcdef";
const ALLOCATED = 100;
const hostnames = new Map();
const orders = new Map();
const counts = new Map();

export const vars = (base) => ({ CLOUDFLARE_API: base, CLOUDFLARE_ZONE: ZONE });

const json = (status, value, headers = {}) => ({ status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) });
const good = (result, status = 200) => json(status, { success: true, errors: [], messages: [], result });
const bad = (status, code, message, headers) => json(status, { success: false, errors: [{ code, message }], messages: [], result: null }, headers);

const order = (host) => orders.get(host) ?? {};
const count = (host, what) => {
  const held = counts.get(host) ?? { made: 0, deleted: 0, patched: 0 };
  counts.set(host, { ...held, [what]: held[what] + 1 });
};

function shown(it) {
  const { status = "pending", ssl_status = "pending_validation", errors = [] } = order(it.hostname);
  const validation = { status: "pending", txt_name: `_acme-challenge.${it.hostname}`, txt_value: `dcv-${it.id.slice(0, 8)}` };
  const validating = ssl_status === "active" ? {} : { validation_records: [validation] };
  const custom = it.custom ? { type: "custom" } : { type: "dv", method: "txt" };
  const ssl = { id: it.ssl, status: ssl_status, validation_errors: [], ...custom, ...validating };
  const owned = { type: "txt", name: `_cf-custom-hostname.${it.hostname}`, value: it.token };
  const ownership = status === "active" ? {} : { ownership_verification: owned };
  return { id: it.id, hostname: it.hostname, status, ssl, verification_errors: errors, created_at: it.created_at, ...ownership };
}

const byId = (id) => [...hostnames.values()].find((it) => it.id === id);

function create({ hostname, ssl }) {
  if (!/^[a-z0-9.-]+\.[a-z]+$/.test(hostname ?? "")) return bad(400, 1407, "Invalid custom hostname.");
  if (order(hostname).refuse) return bad(400, 1411, "Custom hostnames ending in this name are prohibited.");
  if (order(hostname).full || hostnames.size >= ALLOCATED) return bad(400, 1404, "The quota of custom hostnames is used up.");
  if (hostnames.has(hostname)) return bad(409, 1406, "Duplicate custom hostname found.");
  if (ssl?.method !== "txt" || ssl?.type !== "dv") return bad(400, 1434, "Invalid certificate settings.");
  const made = { id: randomUUID(), ssl: randomUUID(), token: randomUUID(), hostname, created_at: new Date().toISOString() };
  hostnames.set(hostname, made);
  count(hostname, "made");
  return good(shown(made), 201);
}

function patch(it, { ssl = {} }) {
  const { custom_certificate: certificate, custom_key: key } = ssl;
  if (certificate !== undefined) {
    const pem = certificate.includes("BEGIN CERTIFICATE") && key?.includes("PRIVATE KEY");
    if (!pem || certificate.includes("MISMATCH")) return bad(400, 1421, "The certificate and the key do not fit each other.");
    it.custom = true;
  } else if (order(it.hostname).ssl_status?.endsWith("_timed_out")) {
    orders.set(it.hostname, { ...order(it.hostname), ssl_status: "pending_validation" });
  }
  count(it.hostname, "patched");
  return good(shown(it), 202);
}

function test(request, body, host) {
  if (request.method === "GET") {
    const it = hostnames.get(host);
    return json(200, { hostname: it === undefined ? null : shown(it), made: 0, deleted: 0, patched: 0, ...counts.get(host) });
  }
  const { drop, ...said } = JSON.parse(body.toString("utf8"));
  orders.set(host, { ...order(host), ...said });
  if (drop) hostnames.delete(host);
  return { status: 204 };
}

function quota() {
  const full = [...orders.values()].some((it) => it.full);
  const used = full ? ALLOCATED : Math.min(hostnames.size, ALLOCATED - 1);
  return good({ allocated: ALLOCATED, used, exceeded: false, hard_cap: true });
}

export function handle(request, body, path, base) {
  const tested = /^\/_test\/([^/]+)$/.exec(path)?.[1];
  if (tested !== undefined) return test(request, body, tested);
  if (!/^Bearer .+/.test(request.headers.authorization ?? "")) return bad(403, 9109, "Unauthorized to access requested resource");
  const [, zone, id] = /^\/zones\/([^/]+)\/custom_hostnames(?:\/([^/]+))?$/.exec(path) ?? [];
  if (zone !== ZONE) return bad(404, 7003, "Could not route to the zone");
  const named = new URL(request.url, base).searchParams.get("hostname");
  const given = body.length > 0 ? JSON.parse(body.toString("utf8")) : {};
  const it = byId(id);
  const { answer, retry_after: after } = order(it?.hostname ?? given.hostname ?? named);
  if (answer) return bad(answer, 10000, "Come back later", after ? { "retry-after": String(after) } : {});
  if (id === "quota") return quota();
  if (id === undefined && request.method === "GET") return good(hostnames.has(named) ? [shown(hostnames.get(named))] : []);
  if (id === undefined && request.method === "POST") return create(given);
  if (it === undefined) return bad(404, 1436, "The custom hostname was not found.");
  if (request.method === "GET") return good(shown(it));
  if (request.method === "PATCH") return patch(it, given);
  if (request.method !== "DELETE") return bad(405, 10405, "Method not allowed");
  hostnames.delete(it.hostname);
  count(it.hostname, "deleted");
  return good({ id });
}
