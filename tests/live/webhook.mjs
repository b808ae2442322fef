// Checks what a receiver of our webhooks got with a library that is not ours: npm's `standardwebhooks`.
//
//   node webhook.mjs seen.json     {secret, posts: [{headers, body}, ...]}
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const { Webhook } = await import("standardwebhooks").catch(() => {
  throw new Error('npm package standardwebhooks is missing: run "npm ci" in the project first');
});
const { secret, posts } = JSON.parse(readFileSync(process.argv[2], "utf8"));
assert.ok(posts.length > 0, "nothing came");
const webhook = new Webhook(secret);
for (const { headers, body } of posts) {
  assert.deepEqual(webhook.verify(body, headers), JSON.parse(body));
  assert.throws(() => webhook.verify(`${body} `, headers), /signature/);
  assert.throws(() => webhook.verify(body, { ...headers, "webhook-id": "evt_other" }), /signature/);
}
console.log(`${posts.length} webhooks verified`);
