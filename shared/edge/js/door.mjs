// The JavaScript half of the door (the other one is src/door.rs): a warm request crosses into Rust
// once, synchronously, with text, because the asynchronous glue costs about a third of it.

import { stub } from "./object.mjs";

/** The headers that are handed over, in this order. */
const HEADERS = [
  "authorization",
  "content-type",
  "cf-connecting-ip",
  "signature",
  "content-digest",
  "writ-fault",
  "x-vendor-id",
  "idempotency-key",
  "x-hostname",
  "x-app-fingerprint",
  "x-lib-version",
  "signature-input",
  "cookie",
  "origin",
  "sec-fetch-site",
];

const BODY_LIMIT = 65536;
const INTERNAL = `{"type":"/docs/errors#internal","title":"Something went wrong on our side","status":500,"code":"internal"}`;

const AWAY = `{"type":"/docs/errors#store-unavailable","title":"A store cannot be reached","status":503,"code":"store-unavailable"}`;

/** The body, or nothing when it is larger than the limit: no more than that is ever read. */
async function read(request) {
  if (request.body === null) return new Uint8Array(0);
  const length = request.headers.get("content-length");
  if (length !== null) {
    return Number(length) > BODY_LIMIT ? undefined : new Uint8Array(await request.arrayBuffer());
  }
  const parts = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.byteLength;
    if (size > BODY_LIMIT) return undefined;
    parts.push(part);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.byteLength;
  }
  return body;
}

function head(request) {
  let text = `${request.method}\n${request.url}`;
  for (const name of HEADERS) text += `\n${request.headers.get(name) ?? ""}`;
  return text;
}

/** What is left to say when Rust panicked: the request fails, the others go on. */
function internal(error) {
  const id = `req_${crypto.randomUUID().replaceAll("-", "").slice(0, 26)}`;
  console.error(JSON.stringify({ level: "error", event: "panic", request_id: id, error: String(error) }));
  const headers = { "content-type": "application/problem+json", "x-request-id": id };
  return new Response(INTERNAL, { status: 500, headers });
}

/** What RFC 8410 puts before the 32 bytes of an Ed25519 seed. */
const PKCS8 = "302e020100300506032b657004220420";
/** The answer key as the platform's own: plain data, so every request of this isolate may use it. */
let answerKey;

async function signature(text, env) {
  if (answerKey === undefined) {
    const bytes = Uint8Array.from((PKCS8 + env.ANSWER_SEED.trim()).match(/../g), (byte) => parseInt(byte, 16));
    answerKey = await crypto.subtle.importKey("pkcs8", bytes, "Ed25519", false, ["sign"]);
  }
  const made = await crypto.subtle.sign("Ed25519", answerKey, new TextEncoder().encode(text));
  return `sig1=:${btoa(String.fromCharCode(...new Uint8Array(made)))}:`;
}

/** The headers of an answer: every line after the first. */
function fields(lines) {
  const headers = {};
  for (let i = 1; i < lines.length; i += 1) {
    const colon = lines[i].indexOf(": ");
    headers[lines[i].slice(0, colon)] = lines[i].slice(colon + 2);
  }
  return headers;
}

/** The headers of a request that an object may need to stream its answer. Credentials stay here. */
const STREAMED = ["upgrade", "last-event-id"];

/**
 * Rust has let the caller in, and has an object answer by a stream (`Stream` in src/door.rs): binding, location hint, name
 * and query of the object. Its answer goes out as it is, with the headers that Rust gives to every answer. An object that
 * cannot answer is a store that is away.
 */
async function stream(text, request, env) {
  const lines = text.slice(1, text.indexOf("\n\n")).split("\n");
  const [binding, hint, name, query] = lines[0].split(" ");
  const headers = new Headers();
  for (const field of STREAMED) if (request.headers.has(field)) headers.set(field, request.headers.get(field));
  const given = fields(lines);
  let answer;
  try {
    answer = await stub(env, binding, name, hint).fetch(`https://object/?${query}`, { headers });
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "stream", request_id: given["x-request-id"], error: String(error) }));
    const refused = { ...given, "content-type": "application/problem+json", "retry-after": "2" };
    return new Response(AWAY, { status: 503, headers: refused });
  }
  const out = new Response(answer.body, answer);
  for (const [field, value] of Object.entries(given)) if (!answer.headers.has(field)) out.headers.set(field, value);
  return out;
}

async function respond(text, env, ctx, later) {
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, cut).split("\n");
  const headers = fields(lines);
  const first = lines[0];
  const end = text.length - Number(first.slice(4));
  if (first[3] === "+") ctx.waitUntil(later(env));
  if (end < text.length) headers.signature = await signature(text.slice(end), env);
  return new Response(text.slice(cut + 2, end), { status: Number(first.slice(0, 3)), headers });
}

/**
 * A worker whose Rust side exports `answer_now(head, body, now, request)` (the text of an answer, or nothing when
 * stores must be asked), `answer_later(head, body, env, request)` (no body: it was too large) and `after(env)`. Of the
 * request itself Rust asks only what few keys want to know: the client's certificate.
 */
export function door(rust) {
  const { answer_now: now, answer_later: later, after } = rust;
  return {
    async fetch(request, env, ctx) {
      try {
        const body = await read(request);
        const text = head(request);
        const answer = (body && now?.(text, body, Date.now(), request)) ?? (await later(text, body, env, request));
        return await (answer[0] === "@" ? stream(answer, request, env) : respond(answer, env, ctx, after));
      } catch (error) {
        return internal(error);
      }
    },
  };
}
