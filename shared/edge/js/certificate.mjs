// What the platform says about the client's certificate: from the connection, never from a header.

/** Certificates that are told apart at a time. */
const MOST = 1024;

/** Numbers of certificates, and of what the platform says about each; given out once each. */
const numbers = new Map();
let newest = 0;

function presented(request) {
  const facts = request.cf?.tlsClientAuth;
  return facts?.certPresented === "1" ? facts : undefined;
}

/**
 * The number of the certificate and of whether it is good; 0 where none was presented. The same number means the same
 * facts: the certificate follows from its SHA-256. A number crosses into Wasm for nothing, the facts do not.
 */
export function number(request) {
  const facts = presented(request);
  if (!facts) return 0;
  const { certFingerprintSHA256: sha256, certRevoked, certVerified, certSubjectDNRFC2253: subject } = facts;
  if (!/^[0-9a-fA-F]{64}$/.test(sha256)) return ++newest;
  const name = `${sha256}${certRevoked === "0"}${certVerified}\n${subject}`;
  let number = numbers.get(name);
  if (number === undefined) {
    if (numbers.size >= MOST) numbers.clear();
    number = ++newest;
    numbers.set(name, number);
  }
  return number;
}

/** The facts in their order in src/perimeter/certificate.rs; empty where no certificate was presented. */
export function certificate(request) {
  const facts = presented(request);
  if (!facts) return "";
  return JSON.stringify(
    [facts.certVerified, facts.certRevoked, facts.certSubjectDNRFC2253, facts.certFingerprintSHA256, facts.certRFC9440].map(
      (fact) => fact ?? "",
    ),
  );
}
