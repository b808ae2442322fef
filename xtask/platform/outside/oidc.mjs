// OpenID providers: /oidc/a and /oidc/b are real ones (npm `oidc-provider`), each an issuer of its own that registers
// clients by itself and lets a person say who they are. /oidc/forger signs whatever a test writes into the code:
// what no honest provider does must be refused, too.
import { createHash, generateKeyPairSync } from "node:crypto";

export const vars = () => ({ OIDC_LOOPBACK: "on" });

/** Who has signed in, by `sub`: what tokens say about them. */
const people = new Map();

const escape = (text) => text.replace(/[&<>"]/g, (it) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[it]);

function page(client) {
  const style = "body{font:16px/1.5 system-ui;max-width:24rem;margin:3rem auto;padding:0 1rem}label,input,button{display:block;width:100%;box-sizing:border-box}input,button{padding:.5rem;margin:.25rem 0 1rem;font:inherit}";
  return `<!doctype html><html lang=en><meta charset=utf-8><title>Sign in</title><style>${style}</style><h1>Identity provider</h1><p>This one believes everybody. ${escape(client ?? "")}</p><form method=post><label>Mail address<input name=email type=email required autofocus></label><label>Name<input name=name value="A Person"></label><input type=hidden name=verified value=true><button>Sign in</button></form></html>`;
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

/** One key of each kind that providers sign with; made at the start, so nothing secret is kept anywhere. */
function keys() {
  const kinds = [
    ["rsa", { modulusLength: 2048 }],
    ["ec", { namedCurve: "P-256" }],
    ["ed25519", {}],
  ];
  return kinds.map(([kind, options], at) => {
    const { privateKey } = generateKeyPairSync(kind, options);
    return { ...privateKey.export({ format: "jwk" }), kid: `${kind}-${at}`, use: "sig" };
  });
}

/** A provider. Loaded when it is first asked: most runs need none. */
async function provider(issuer) {
  const { Provider } = await import("oidc-provider");
  const it = new Provider(issuer, {
    jwks: { keys: keys() },
    cookies: { keys: [createHash("sha256").update(issuer).digest("hex")] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, registration: { enabled: true } },
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA"] },
    interactions: { url: (_, { uid }) => `${new URL(issuer).pathname}/interaction/${uid}` },
    renderError: (ctx, out) => {
      ctx.type = "json";
      ctx.body = out;
    },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
    // Whoever signs in here agrees to all of it.
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  return { it, answer: it.callback() };
}

const providers = new Map();

/** Asks who it is, and lets them in as whoever they say: `sub` of the form, else made from the address. */
async function interaction({ it }, request, response, uid) {
  const details = await it.interactionDetails(request, response);
  if (request.method !== "POST") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(details.params.client_id));
    return;
  }
  const form = new URLSearchParams(await read(request));
  const email = form.get("email");
  const sub = form.get("sub") ?? createHash("sha256").update(email).digest("hex").slice(0, 24);
  people.set(sub, { email, email_verified: form.get("verified") === "true", name: form.get("name") ?? undefined });
  const result = form.get("deny") === null ? { login: { accountId: sub } } : { error: "access_denied" };
  await it.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const json = (response, value, status = 200) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

let forgers;
/** The code is what it answers with: `{"header":{},"claims":{},"key":"own|other"}` in base64url. */
async function forger(request, response, path, issuer) {
  const { SignJWT, exportJWK, generateKeyPair } = await import("jose");
  forgers ??= { own: await generateKeyPair("ES256"), other: await generateKeyPair("ES256") };
  if (path === "/.well-known/openid-configuration") {
    return json(response, {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
    });
  }
  if (path === "/jwks") return json(response, { keys: [{ ...(await exportJWK(forgers.own.publicKey)), kid: "1", use: "sig" }] });
  if (path !== "/token") return json(response, {}, 404);
  const code = new URLSearchParams(await read(request)).get("code");
  const { header, claims, key } = JSON.parse(Buffer.from(code, "base64url").toString("utf8"));
  if (header?.alg === "none") {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return json(response, { id_token: `${part(header)}.${part(claims)}.` });
  }
  const signed = new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "1", ...header });
  return json(response, { id_token: await signed.sign(forgers[key ?? "own"].privateKey), access_token: "access" });
}

/** `path` begins with the name of an issuer. */
export async function serve(request, response, path, base) {
  const [, name = "", rest = "/"] = /^\/([a-z]+)(\/[^?]*)?/.exec(path) ?? [];
  const issuer = `${base}/${name}`;
  if (name === "forger") return forger(request, response, rest, issuer);
  if (!["a", "b"].includes(name)) return json(response, {}, 404);
  if (!providers.has(name)) providers.set(name, provider(issuer));
  const one = await providers.get(name);
  const uid = /^\/interaction\/([^/]+)$/.exec(rest)?.[1];
  if (uid !== undefined) return interaction(one, request, response, uid);
  // As a router would mount it: the provider sees paths of its own and makes whole ones.
  request.originalUrl = request.url;
  request.url = request.url.slice(new URL(issuer).pathname.length) || "/";
  return one.answer(request, response);
}
