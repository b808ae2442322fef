// What browser tests need of a platform: requests to its hosts, tenants, mail, and a browser that goes nowhere else.
import { request } from "node:http";
import { chromium } from "playwright-core";

const PORT = Number(process.env.WRIT_PORT);
const OUTSIDE = process.env.WRIT_OUTSIDE;
const OPERATOR = process.env.WRIT_OPERATOR_KEY;
const APEX = "writ.localhost";

export const landing = `http://${APEX}:${PORT}`;

export const origin = (tenant) => `http://${tenant}.${APEX}:${PORT}`;

/// Where another's host would be: the same platform, which has no such host. What comes there has left its own.
export const elsewhere = `http://evil.example:${PORT}`;

/// Asks with a key. Node resolves no names below localhost, so the host goes into the header.
function ask(method, base, path, { host, key, body, more } = {}) {
  const { hostname, port } = new URL(base);
  const headers = { "content-type": "application/json", ...more };
  if (host) headers.host = host;
  if (key) headers.authorization = `Bearer ${key}`;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        if (answer.statusCode >= 400) return reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        const json = answer.headers["content-type"]?.includes("json");
        return resolve(json ? JSON.parse(text) : { headers: answer.headers });
      });
    });
    sent.on("error", reject);
    sent.end(body && JSON.stringify(body));
  });
}

const asOperator = (method, path, body) =>
  ask(method, `http://127.0.0.1:${PORT}`, path, { host: `console.${APEX}:${PORT}`, key: OPERATOR, body });

/// Asks the world outside: resolvers, mail, identity providers.
export const outside = (method, path, body) => ask(method, OUTSIDE, path, { body });

export const outsideUrl = OUTSIDE;

/// Asks a tenant's host with a key, and whatever else is shown.
export const withKey = (tenant, key, method, path, { body, more } = {}) =>
  ask(method, `http://127.0.0.1:${PORT}`, path, { host: `${tenant}.${APEX}:${PORT}`, key, body, more });

let count = 0;

/// A new tenant with a key.
export async function tenant(kind, parent) {
  const id = `b${process.pid}-${(count += 1)}`;
  await asOperator("POST", "/api/v1/tenants", { tenant_id: id, kind, name: `The ${id}`, region: "eu", parent });
  const made = await asOperator("POST", "/api/v1/keys/generate", { app_name: "browser", tenant_id: id, scopes: ["admin"] });
  const call = (method, path, body) =>
    ask(method, `http://127.0.0.1:${PORT}`, path, { host: `${id}.${APEX}:${PORT}`, key: made.api_key, body });
  return { id, call, origin: origin(id) };
}

/// The header fields with which a path of a tenant is answered.
export const headers = async (tenant, path) =>
  (await ask("GET", `http://127.0.0.1:${PORT}`, path, { host: `${tenant}.${APEX}:${PORT}` })).headers;

/// The newest link in the mail of an address, once it is there.
export async function link(to) {
  for (let tries = 0; tries < 200; tries += 1) {
    const [mail] = await ask("GET", OUTSIDE, `/mail/messages?to=${encodeURIComponent(to)}`);
    const found = mail && /https?:\/\/\S+/.exec(mail.text);
    if (found) return found[0];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no mail to ${to}`);
}

export async function browser() {
  const rules = "--host-resolver-rules=MAP * 127.0.0.1";
  return chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", rules] });
}

/// A page that notes which other hosts it has reached, which scripts broke, and what was shown in dialogs.
export async function open(context) {
  const page = await context.newPage();
  const noted = { away: [], broken: [], dialogs: [] };
  page.on("requestfinished", (it) => {
    if (!new URL(it.url()).hostname.endsWith(APEX)) noted.away.push(it.url());
  });
  page.on("pageerror", (error) => noted.broken.push(error.message));
  page.on("dialog", (dialog) => {
    noted.dialogs.push(dialog.message());
    return dialog.dismiss();
  });
  return { page, noted };
}

/// The page once its script has drawn it.
export const drawn = (page) => page.waitForSelector("#app[aria-busy=false]");
