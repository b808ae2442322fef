// Verifies the golden files with libraries that are not ours: npm's `jose` and
// `http-message-signatures`, Node's own crypto, and the openssl command.
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';

const NOW = 1759573805;
const golden = (name) => readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8');

// A missing package must fail loudly: a check that did not run is no check.
const load = (name) => import(name).catch(() => {
  throw new Error(`npm package ${name} is missing: run "npm ci" in the project first`);
});
const jose = await load('jose');
const { httpbis } = await load('http-message-signatures');

const jwks = JSON.parse(golden('jwks.json'));
const keySet = jose.createLocalJWKSet(jwks);
const root = createPublicKey(golden('root.pem'));
const currentDate = new Date(NOW * 1000);

async function refused(what, promise) {
  await assert.rejects(promise, undefined, `${what} must be refused`);
}

async function license() {
  const text = golden('license.txt');
  const rules = { typ: 'license+jwt', issuer: 'meridian', audience: 'backup-suite', algorithms: ['EdDSA'], currentDate };
  const { payload, protectedHeader } = await jose.jwtVerify(text, keySet, rules);
  assert.deepEqual(payload, JSON.parse(golden('claims.json')));
  const [head, body, signature] = text.split('.');
  await refused('an altered license', jose.jwtVerify(`${head}.${body.slice(0, -2)}AA.${signature}`, keySet, rules));
  await refused('an ended license', jose.jwtVerify(text, keySet, { ...rules, currentDate: new Date('2030-01-01') }));
  return protectedHeader;
}

async function certificates(header) {
  const rules = { typ: 'writ-cert+jwt', algorithms: ['EdDSA'], currentDate };
  const own = await jose.jwtVerify(golden('certificate.txt'), root, { ...rules, subject: 'meridian' });
  assert.equal(header.writ_cert, golden('certificate.txt'));
  assert.equal(own.payload.cnf.jwk.kid, header.kid);
  for (const jwk of jwks.keys) {
    const { payload } = await jose.jwtVerify(jwk.writ_cert, root, rules);
    assert.equal(payload.cnf.jwk.x, jwk.x);
    assert.equal(await jose.calculateJwkThumbprint(jwk), jwk.kid);
  }
  const foreign = createPublicKey({ key: jwks.keys[0], format: 'jwk' });
  await refused('a certificate under another root', jose.jwtVerify(golden('certificate.txt'), foreign, rules));
}

async function lease() {
  const text = golden('lease.txt');
  const rules = { typ: 'lease+jwt', issuer: 'writ', audience: 'backup-suite', algorithms: ['EdDSA'], currentDate };
  const { payload, protectedHeader } = await jose.jwtVerify(text, keySet, rules);
  assert.deepEqual(payload, JSON.parse(golden('lease_claims.json')));
  const own = await jose.jwtVerify(protectedHeader.writ_cert, root, { typ: 'writ-cert+jwt', algorithms: ['EdDSA'], currentDate });
  assert.equal(own.payload.cnf.jwk.kid, protectedHeader.kid);
  assert.equal(own.payload.use, 'answer');
  const [head, body, signature] = text.split('.');
  await refused('an altered lease', jose.jwtVerify(`${head}.${body.slice(0, -2)}AA.${signature}`, keySet, rules));
  await refused('a lease as a license', jose.jwtVerify(text, keySet, { ...rules, typ: 'license+jwt' }));
  const end = new Date(payload.exp * 1000);
  await refused('a lease that is over', jose.jwtVerify(text, keySet, { ...rules, currentDate: end }));
  const early = new Date((payload.nbf - 1) * 1000);
  await refused('a lease that has not begun', jose.jwtVerify(text, keySet, { ...rules, currentDate: early }));
}

async function receipt() {
  const text = golden('receipt.txt');
  const rules = { typ: 'receipt+jwt', issuer: 'writ', algorithms: ['EdDSA'], currentDate };
  const { payload } = await jose.jwtVerify(text, keySet, rules);
  assert.deepEqual(payload, JSON.parse(golden('receipt_claims.json')));
  assert.equal(payload.sub, JSON.parse(golden('lease_claims.json')).sub);
  await refused('a receipt as a lease', jose.jwtVerify(text, keySet, { ...rules, typ: 'lease+jwt' }));
}

async function manifest() {
  const text = golden('export.txt');
  const rules = { typ: 'export+jwt', issuer: 'writ', subject: 'acme', algorithms: ['EdDSA'], currentDate };
  const { payload } = await jose.jwtVerify(text, keySet, rules);
  assert.deepEqual(payload, JSON.parse(golden('export_claims.json')));
  await refused('a manifest for somebody else', jose.jwtVerify(text, keySet, { ...rules, subject: 'globex' }));
  await refused('a manifest as a receipt', jose.jwtVerify(text, keySet, { ...rules, typ: 'receipt+jwt' }));
}

function otherForms() {
  const text = golden('license.txt');
  const [prefix, ...rest] = golden('product_key.txt').split('-');
  const body = rest.join('-').slice(0, -9);
  assert.equal(prefix, 'NLS');
  assert.equal(Buffer.from(body, 'base64url').toString(), text);
  const lines = golden('file.txt').trim().split('\n');
  assert.equal(lines.slice(1, -1).join(''), text);
}

async function answer(name) {
  const { request, answer } = JSON.parse(golden(name));
  const keyLookup = async ({ keyid }) => {
    const jwk = jwks.keys.find((key) => key.kid === keyid);
    const key = jwk && createPublicKey({ key: jwk, format: 'jwk' });
    return key && { id: keyid, algs: ['ed25519'], verify: async (data, signature) => verify(null, data, key, signature) };
  };
  const asked = { method: request.method, url: request.target_uri, headers: request.headers };
  const config = { keyLookup, requiredParams: ['created', 'expires', 'keyid', 'nonce', 'tag'], requiredFields: ['@status', 'content-digest', '@method', '@target-uri'] };
  const digest = createHash('sha256').update(answer.body).digest('base64');
  assert.equal(answer.headers['Content-Digest'], `sha-256=:${digest}:`);
  const clock = Date.now;
  Date.now = () => NOW * 1000;
  try {
    assert.equal(await httpbis.verifyMessage(config, answer, asked), true, name);
    assert.equal(await httpbis.verifyMessage(config, { ...answer, status: 500 }, asked), false, 'another status');
    assert.equal(await httpbis.verifyMessage(config, answer, { ...asked, url: 'https://evil.example/' }), false, 'another target');
  } finally {
    Date.now = clock;
  }
}

function openssl() {
  const folder = mkdtempSync(join(tmpdir(), 'writ-contract-'));
  const path = (name, bytes) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const check = (text, pem) => {
    const [head, body, signature] = text.split('.');
    execFileSync('openssl', ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', path('key.pem', pem),
      '-in', path('input', `${head}.${body}`), '-sigfile', path('signature', Buffer.from(signature, 'base64url'))], { stdio: 'pipe' });
  };
  try {
    const issuer = createPublicKey({ key: jwks.keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    check(golden('certificate.txt'), golden('root.pem'));
    check(golden('license.txt'), issuer);
    assert.throws(() => check(golden('license.txt'), golden('root.pem')), 'another key must be refused');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await certificates(await license());
otherForms();
await lease();
await receipt();
await manifest();
await answer('answer.json');
await answer('answer_to_signed_request.json');
openssl();
console.log('all golden files verify');
