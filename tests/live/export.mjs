// Checks an export and an audit export of a running platform with libraries that are not ours: npm's `jose` and Node's crypto.
//
//   node export.mjs seen.json     {jwks, tenant, pages: [...], audit: "json lines"}
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const jose = await import("jose").catch(() => {
  throw new Error('npm package jose is missing: run "npm ci" in the project first');
});
const seen = JSON.parse(readFileSync(process.argv[2], "utf8"));
const keys = jose.createLocalJWKSet(seen.jwks);
const signed = async (text) => {
  const rules = { typ: "export+jwt", subject: seen.tenant, algorithms: ["EdDSA"] };
  return (await jose.jwtVerify(text, keys, rules)).payload.writ;
};
const sha256 = (data) => createHash("sha256").update(data).digest("hex");

// Every page is what its manifest says, and the pages follow from each other.
let at;
const tables = {};
for (const page of seen.pages) {
  const { records } = await signed(page.manifest);
  assert.equal(records.from, at, "a page is missing");
  assert.equal(records.to, page.next_cursor);
  const parts = page.parts.map(({ name, rows }) => ({ name, rows: rows.length, sha256: sha256(JSON.stringify(rows)) }));
  assert.deepEqual(records.parts, parts);
  for (const { name, rows } of page.parts) (tables[name] ??= []).push(...rows);
  at = page.next_cursor;
}
assert.equal(at, undefined, "the end is missing");
// The first letter of the signature: the last one holds bits that mean nothing.
await assert.rejects(signed(seen.pages[0].manifest.replace(/[^.](?=[^.]*$)/, (c) => (c === "A" ? "B" : "A"))));

// The audit log, hashed again from the bytes that docs/formats.md describes.
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const bytes = (text) => Buffer.from(text, "utf8");
  const names = Object.keys(value).sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
};
const field = (text) => {
  const bytes = Buffer.from(text, "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
};
const [head, ...entries] = seen.audit.trimEnd().split("\n").map((line) => JSON.parse(line));
const { audit } = await signed(head.proof);
assert.equal(entries.length, head.entries);
let prev = head.prev;
let seq = audit.first;
assert.equal(prev, audit.prev);
for (const entry of entries) {
  assert.equal(entry.seq, seq++);
  assert.equal(entry.prev, prev);
  const fields = [entry.prev, seen.tenant, `${entry.seq}`, entry.event_id, `${Date.parse(entry.at)}`, entry.actor,
    entry.action, entry.subject, entry.request_id, canonical(entry.detail)];
  prev = sha256(Buffer.concat([Buffer.from("writ-audit-v1"), ...fields.map(field)]));
  assert.equal(entry.hash, prev, `entry ${entry.seq}`);
}
assert.deepEqual([audit.last, audit.hash], [seq - 1, prev]);
assert.deepEqual(audit.head, [head.head_seq, head.head_hash]);

console.log(JSON.stringify(Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.length]))));
