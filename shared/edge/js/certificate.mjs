// What the platform says about the client's certificate: from the connection, never from a header.

/** The facts in their order in src/perimeter/certificate.rs; empty where no certificate was presented. */
export function certificate(request) {
  const facts = request.cf?.tlsClientAuth;
  if (facts?.certPresented !== "1") return "";
  return JSON.stringify(
    [facts.certVerified, facts.certRevoked, facts.certSubjectDNRFC2253, facts.certFingerprintSHA256, facts.certRFC9440].map(
      (fact) => fact ?? "",
    ),
  );
}
