// Signatures that others made (the other half is src/verify.rs): the platform's WebCrypto knows every algorithm that
// identity providers use, and is faster and better looked after than code of ours.

/** How a key is taken in and how it is used, by the `alg` of a JWS. */
const ALGORITHMS = {
  RS256: [{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, { name: "RSASSA-PKCS1-v1_5" }],
  PS256: [{ name: "RSA-PSS", hash: "SHA-256" }, { name: "RSA-PSS", saltLength: 32 }],
  ES256: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
  EdDSA: [{ name: "Ed25519" }, { name: "Ed25519" }],
};
/** What a public key is made of. Its `alg`, `use` and `key_ops` are judged in Rust. */
const MEMBERS = ["kty", "n", "e", "crv", "x", "y"];

/** Whether `signature` over the ASCII `input` is that of the public JWK. Rejects when the key cannot be used. */
export async function verify(alg, jwk, input, signature) {
  const [imported, used] = ALGORITHMS[alg];
  const whole = JSON.parse(jwk);
  const key = Object.fromEntries(MEMBERS.filter((name) => name in whole).map((name) => [name, whole[name]]));
  const taken = await crypto.subtle.importKey("jwk", key, imported, false, ["verify"]);
  return crypto.subtle.verify(used, taken, signature, new TextEncoder().encode(input));
}
