// Verifies what a running platform answered, with libraries that are not ours: npm's `jose` and
// `http-message-signatures`, and Node's own crypto.
//
//   node verify.mjs seen.json     {jwks, root, license, holder, answers: [{url, status, headers, body}]}
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';

// A missing package must fail loudly: a check that did not run is no check.
const load = (name) => import(name).catch(() => {
  throw new Error(`npm package ${name} is missing: run "npm ci" in the project first`);
});
const jose = await load('jose');
const { httpbis } = await load('http-message-signatures');
const seen = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const license = await jose.jwtVerify(seen.license, jose.createLocalJWKSet(seen.jwks), { typ: 'license+jwt', algorithms: ['EdDSA'] });
assert.equal(license.payload.writ.holder.tenant, seen.holder);

const root = createPublicKey(seen.root);
for (const jwk of seen.jwks.keys) {
  const { payload } = await jose.jwtVerify(jwk.writ_cert, root, { typ: 'writ-cert+jwt', algorithms: ['EdDSA'] });
  assert.equal(payload.cnf.jwk.x, jwk.x);
  assert.equal(await jose.calculateJwkThumbprint(jwk), jwk.kid);
}

const keyLookup = async ({ keyid }) => {
  const jwk = seen.jwks.keys.find((key) => key.kid === keyid);
  const key = jwk && createPublicKey({ key: jwk, format: 'jwk' });
  return key && { id: keyid, algs: ['ed25519'], verify: async (data, signature) => verify(null, data, key, signature) };
};
const config = {
  keyLookup,
  requiredParams: ['created', 'expires', 'keyid', 'nonce', 'tag'],
  requiredFields: ['@status', 'content-digest', '@method', '@target-uri'],
};
for (const answer of seen.answers) {
  const digest = createHash('sha256').update(answer.body).digest('base64');
  assert.equal(answer.headers['content-digest'], `sha-256=:${digest}:`);
  const request = { method: 'POST', url: answer.url, headers: {} };
  assert.equal(await httpbis.verifyMessage(config, answer, request), true, answer.url);
  assert.equal(await httpbis.verifyMessage(config, { ...answer, status: 500 }, request), false, 'another status');
  assert.equal(await httpbis.verifyMessage(config, answer, { ...request, url: 'http://evil.example/' }), false, 'another target');
}
