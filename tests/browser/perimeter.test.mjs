// The whole perimeter as a company meets it: it registers, proves its domain, signs in by link and at its own identity
// provider, invites, brands, brings a domain, hands out a key with every layer, and sees each theft attempt.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, drawn, landing, open, origin, outside, outsideUrl, tenant, withKey } from "./platform.mjs";

let chrome;
before(async () => {
  chrome = await browser();
});
after(() => chrome.close());

const shot = async (page, name) => {
  if (process.env.WRIT_SHOTS) await page.screenshot({ path: `${process.env.WRIT_SHOTS}/${name}.png`, fullPage: true });
};

/// Registers in the browser; gives the first key.
async function registered(page, id, email) {
  await page.goto(`${landing}/register`);
  await drawn(page);
  const fill = (label, value) => page.getByLabel(label).first().fill(value);
  await fill("Company", "Rhine Motors");
  await fill(/^Domain/, `${id}.dev`);
  await fill("Country", "DE");
  await fill("Short name", id);
  await page.getByLabel("Plan").selectOption("enterprise");
  await fill("Your name", "Ada");
  await fill("Your e-mail address", email);
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByText("Show that the domain is yours").waitFor();
  await shot(page, "1-record");
  await page.getByRole("button", { name: "Check now" }).click();
  await page.getByText("Not seen yet").waitFor();
  const [name, value] = await page.locator(".record code").allTextContents().then((texts) => texts.slice(-2));
  await outside("PUT", "/dns/records", { name, txt: [value] });
  // Resolvers are asked again at once for whoever holds the token.
  await page.getByRole("button", { name: "Check now" }).click();
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  await shot(page, "2-welcome");
  return page.locator(".copy code").first().textContent();
}

/// The link of the invitation among the mails of an address: the one with a token.
async function invitation(to) {
  for (let tries = 0; tries < 200; tries += 1) {
    const mails = await outside("GET", `/mail/messages?to=${encodeURIComponent(to)}`);
    const found = mails.map(({ text }) => /https?:\/\/\S+#\S+/.exec(text)?.[0]).find(Boolean);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no invitation to ${to}`);
}

async function joined(page, email) {
  await page.goto(await invitation(email));
  await drawn(page);
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByRole("button", { name: "Join" }).click();
  await page.waitForURL("**/overview");
}

/// Signs in at the identity provider, which believes everybody.
async function atProvider(page, home, email) {
  await page.goto(`${home}/login`);
  await drawn(page);
  await shot(page, "3-login");
  await page.getByRole("link", { name: "Sign in with Rhine ID" }).click();
  await page.getByLabel("Mail address").fill(email);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${home}/**`);
}

test("a company comes, settles in, and sees every theft attempt", async () => {
  const id = `rhine-${process.pid}`;
  const [home, email] = [origin(id), `ada@${id}.dev`];
  const { page, noted } = await open(await chrome.newContext({ viewport: { width: 1280, height: 850 } }));
  const first = await registered(page, id, email);
  assert.match(first, /^wk_/);
  await joined(page, email);

  // The tenant's own identity provider.
  await page.goto(`${home}/settings`);
  await drawn(page);
  const redirect = `${home}/api/v1/auth/oidc/callback`;
  const client = await outside("POST", "/oidc/a/reg", { redirect_uris: [redirect], response_types: ["code"], grant_types: ["authorization_code"] });
  await page.getByLabel("Name on the button").fill("Rhine ID");
  await page.getByLabel("Issuer").fill(`${outsideUrl}/oidc/a`);
  await page.getByLabel("Client id").fill(client.client_id);
  await page.getByLabel("Client secret").fill(client.client_secret);
  await page.locator("section", { hasText: "Identity provider" }).getByRole("button", { name: "Save" }).first().click();
  await page.getByText(redirect).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/login");
  await atProvider(page, home, email);
  await drawn(page);
  assert.equal(new URL(page.url()).pathname, "/overview");
  // The provider is another host; from here on nobody is led away.
  noted.away.length = 0;

  await page.goto(`${home}/people`);
  await drawn(page);
  await page.getByLabel("E-mail address").fill(`bo@${id}.dev`);
  await page.getByRole("button", { name: "Send invitation" }).click();
  await page.locator("tr", { hasText: `bo@${id}.dev` }).getByText("open").waitFor();
  await shot(page, "4-people");

  await page.goto(`${home}/brand`);
  await drawn(page);
  await page.getByLabel("Style sheet").fill("h1 { letter-spacing: 2px }");
  await page.getByRole("button", { name: "Save" }).first().click();
  await page.getByText("Saved").first().waitFor();
  await shot(page, "5-brand");

  await page.goto(`${home}/hosts`);
  await drawn(page);
  await page.getByLabel("A domain of your own").fill(`licenses.${id}.dev`);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const brought = page.locator("section", { has: page.getByRole("heading", { name: `licenses.${id}.dev` }) });
  await brought.getByText("Value").first().waitFor().catch(async () => assert.fail(await page.locator("#app").textContent()));
  await shot(page, "6-hosts");

  // A key with every layer, made by hand.
  const machine = `ws-042.${id}.dev`;
  await page.goto(`${home}/keys`);
  await drawn(page);
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.getByLabel("Application").fill("Robot 7");
  await page.getByRole("checkbox", { name: "license:read" }).check();
  await page.getByLabel("Networks").fill("203.0.113.0/24");
  await page.getByLabel("Machines").fill(machine);
  await page.getByLabel("Demand a client certificate").check();
  await page.getByLabel("Certificate: common name").fill(machine);
  await page.getByRole("button", { name: "Make the key" }).click();
  const key = await page.locator("dialog .copy code").textContent();
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.locator("tr", { hasText: "Robot 7" }).getByText("certificate").waitFor();
  await shot(page, "7-keys");

  const certificate = (name) => JSON.stringify({
    tlsClientAuth: { certPresented: "1", certVerified: "SUCCESS", certRevoked: "0", certSubjectDNRFC2253: `CN=${name}`, certFingerprintSHA256: "ab".repeat(32) },
  });
  const right = { "x-hostname": machine, "cf-connecting-ip": "203.0.113.7", "mf-cf-blob": certificate(machine) };
  const use = (more, of = id) => withKey(of, key, "GET", "/api/v1/licenses", { more: { ...right, ...more } });
  await use({});
  const stranger = await tenant("customer");
  await assert.rejects(use({}, stranger.id), /403 .*wrong-host/);
  await assert.rejects(use({ "x-hostname": "laptop.thief.dev" }), /403 .*hostname-not-allowed/);
  await assert.rejects(use({ "cf-connecting-ip": "198.51.100.9" }), /403 .*address-not-allowed/);
  await assert.rejects(use({ "mf-cf-blob": "{}" }), /403 .*certificate-required/);
  await assert.rejects(use({ "mf-cf-blob": certificate("laptop.thief.dev") }), /403 .*certificate-mismatch/);

  for (const [path, words] of [["alerts", ["cross tenant", "hostname-not-allowed", "address-not-allowed", "certificate-required", "certificate-mismatch"]], ["audit", ["key.refused", "wrong-host", "certificate-mismatch"]]]) {
    await until(page, `${home}/${path}`, words);
    await shot(page, `8-${path}`);
  }
  assert.deepEqual(noted, { away: [], broken: [], dialogs: [] });
});

/// Opens a page again until it tells all of these.
async function until(page, url, words) {
  let text = "";
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(url);
    await drawn(page);
    text = await page.locator("#app").textContent();
    if (words.every((word) => text.includes(word))) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${url} does not tell ${words}: ${text}`);
}
