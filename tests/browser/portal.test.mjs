// The portal as people use it: invited by mail, signed in, a key made, a mistake told beside its field, signed out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, drawn, link, open, tenant } from "./platform.mjs";

const PAGES = ["overview", "alerts", "keys", "people", "hosts", "brand", "audit", "settings"];

let chrome;
before(async () => {
  chrome = await browser();
});
after(() => chrome.close());

/// A person of a new tenant, signed in by its invitation.
async function signedIn(role = "customer_admin") {
  const acme = await tenant("customer");
  const email = `ada@${acme.id}.example`;
  await acme.call("POST", "/api/v1/invitations", { email, role });
  const { page, noted } = await open(await chrome.newContext({ viewport: { width: 1280, height: 850 } }));
  await page.goto(await link(email));
  await drawn(page);
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByRole("button", { name: "Join" }).click();
  await page.waitForURL("**/overview");
  await drawn(page);
  return { acme, email, page, noted };
}

test("an invited person opens every page", async () => {
  const { acme, page, noted } = await signedIn();
  for (const name of PAGES) {
    await page.goto(`${acme.origin}/${name}`);
    await drawn(page);
    assert.equal(await page.locator("#app > .wrong").count(), 0, `${name}: ${await page.locator("#app").textContent()}`);
    assert.equal(await page.locator("h1").count(), 1, name);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(tooWide, false, `${name} is too wide`);
    if (process.env.WRIT_SHOTS) await shots(page, name);
  }
  assert.deepEqual(noted, { away: [], broken: [], dialogs: [] });
});

async function shots(page, name) {
  for (const [tag, width, height] of [["wide", 1280, 850], ["narrow", 390, 844]]) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `${process.env.WRIT_SHOTS}/${name}-${tag}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 850 });
}

test("a sign-in link works once, and signing out ends it", async () => {
  const { acme, email, page } = await signedIn();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/login");
  await page.goto(`${acme.origin}/keys`);
  await page.waitForURL("**/login?return_to=%2Fkeys");
  await drawn(page);
  const before = await link(email);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send me a sign-in link" }).click();
  await page.getByText("Look into your mail").waitFor();
  let fresh = before;
  while (fresh === before) fresh = await link(email);
  await page.goto(fresh);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/keys");
  const other = await open(await chrome.newContext());
  await other.page.goto(fresh);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await other.page.locator("#app > .wrong").waitFor();
});

test("a key is made, shown once, and revoked", async () => {
  const { acme, page } = await signedIn();
  await page.goto(`${acme.origin}/keys`);
  await drawn(page);
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.locator("dialog [aria-invalid]").waitFor();
  await page.getByLabel("Application").fill("Render farm");
  await page.getByLabel("Networks").fill("203.0.113.0/24\n10.0.0.1/8");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("Line 2:").waitFor();
  await page.getByLabel("Networks").fill("203.0.113.0/24");
  await page.getByRole("button", { name: "Make the key" }).click();
  const key = await page.locator("dialog .copy code").textContent();
  assert.match(key, /^wk_/);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.locator("dialog").waitFor({ state: "detached" });
  const row = page.locator("tr", { hasText: "Render farm" });
  await row.waitFor();
  assert.ok(!(await page.locator("body").textContent()).includes(key), "not shown again");
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.locator("dialog").getByRole("button", { name: "Revoke" }).click();
  await row.getByText("Revoked").waitFor();
});

test("a member is not offered what the role does not open", async () => {
  const { acme, page } = await signedIn("customer_member");
  const offered = await page.locator("#nav a").allTextContents();
  assert.deepEqual(offered, ["Overview", "Settings"]);
  await page.goto(`${acme.origin}/keys`);
  await page.getByText("Your role does not open this page").waitFor();
});

test("a style sheet tells what is left out while it is written", async () => {
  const { acme, page } = await signedIn();
  await page.goto(`${acme.origin}/brand`);
  await drawn(page);
  await page.getByLabel("Style sheet").fill("h1{color:#fff}\nh1{display:none}");
  await page.getByText("Left out: line 2: display").waitFor();
  await page.getByLabel("Style sheet").fill("h1{background:url(x)}");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("textarea[aria-invalid]").waitFor();
});
