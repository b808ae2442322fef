// White label in a real browser: brands show, and hostile ones cannot act even where the checks had missed them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, elsewhere, headers, open, tenant } from "./platform.mjs";

const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#ffffff"/></svg>').toString("base64");

let chrome;
before(async () => {
  chrome = await browser();
});
after(() => chrome.close());

test("a brand shows on the public page and above the sign-in form", async () => {
  const acme = await tenant("customer");
  await acme.call("PUT", "/api/v1/branding", {
    company_name: "Acme Works", primary_color: "#123456", login_banner: "Staff only", custom_css: "h1{letter-spacing:3px}",
  });
  await acme.call("PUT", "/api/v1/branding/logo", { data: SVG });
  const { page, noted } = await open(await chrome.newContext());
  await page.goto(acme.origin);
  const shown = (selector, property) => page.$eval(selector, (it, name) => getComputedStyle(it)[name], property);
  assert.equal(await page.textContent("h1"), "Acme Works");
  assert.equal(await shown("h1", "letterSpacing"), "3px");
  assert.match(await shown("header", "backgroundImage"), /rgb\(18, 52, 86\)/);
  assert.ok(await page.$eval(".mark img", (image) => image.complete && image.naturalWidth > 0), "the logo is drawn");
  await page.goto(`${acme.origin}/login`);
  assert.equal(await page.textContent(".banner"), "Staff only");
  assert.deepEqual(noted, { away: [], broken: [], dialogs: [] });
});

test("the ugliest style sheet that is allowed covers no form", async () => {
  const acme = await tenant("customer");
  await acme.call("PUT", "/api/v1/branding", {
    custom_css: `.brand, .brand * { margin: 900px; padding: 400px; border: 900px solid #000; font-size: 900px; line-height: 900;
      letter-spacing: -900px; background: #f00; max-width: 1000px }`,
  });
  const { page } = await open(await chrome.newContext());
  await page.goto(`${acme.origin}/login`);
  const covered = await page.$eval(".panel", (panel) => {
    panel.scrollIntoView();
    const box = panel.getBoundingClientRect();
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !panel.contains(at);
  });
  assert.equal(covered, false);
});

test("what the checks had missed the policy stops", async () => {
  const acme = await tenant("customer");
  await acme.call("PUT", "/api/v1/branding/logo", { data: SVG });
  const { page, noted } = await open(await chrome.newContext());
  // The real headers with a body that should never have been stored.
  const replace = (name, body) => page.route(`**/brand/${name}*`, async (route) => {
    const real = await headers(acme.id, `/brand/${name}`);
    await route.fulfill({ headers: real, body });
  });
  await replace("style.css", `@import '${elsewhere}/a.css';body{background:url(${elsewhere}/b)}h1{font-size:77px!important}`);
  const script = `document.documentElement.setAttribute('acted','');alert(1);fetch('${elsewhere}/c')`;
  await replace("logo", `<svg xmlns="http://www.w3.org/2000/svg" onload="${script}"><script>${script}</script><rect width="8" height="8"/></svg>`);
  await page.goto(acme.origin);
  const size = await page.$eval("h1", (it) => getComputedStyle(it).fontSize);
  assert.equal(size, "77px", "the style sheet was taken");
  await page.goto(`${acme.origin}/brand/logo`);
  assert.equal(await page.evaluate(() => document.documentElement.localName), "svg", "the drawing was taken");
  assert.equal(await page.evaluate(() => document.documentElement.hasAttribute("acted")), false);
  assert.deepEqual(noted, { away: [], broken: [], dialogs: [] });
});
