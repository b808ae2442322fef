// Two resolvers that speak DNS over HTTPS in wire format (RFC 8484) over one set of TXT records: /dns/a/dns-query and
// /dns/b/dns-query. The messages are read and written by somebody else's implementation of DNS.
//
//   PUT /dns/records {"name": "_writ.acme.dev", "txt": ["writ-verify=..."]}    sets a name's records ([]: the name without any)
//       "only": "a"                        only one resolver has them, as while a change spreads
//       "cname": "elsewhere.acme.dev"      the name is an alias
//       "status": "SERVFAIL"               what resolvers answer ("only" narrows it); "DROP": HTTP 500; "GARBAGE": bytes that are no message
//   DELETE /dns/records?name=              forgets a name: NXDOMAIN
import dnsPacket from "dns-packet";

const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };
const MEDIA = { "content-type": "application/dns-message", "cache-control": "max-age=0" };
const records = new Map();

export const vars = (base) => ({ DOH_RESOLVERS: `${base}/a/dns-query ${base}/b/dns-query` });

const seen = (record, resolver) => record !== undefined && (record.only ?? resolver) === resolver;

function lookUp(resolver, question) {
  const answers = [];
  for (let name = question.name.toLowerCase(), hops = 0; hops < 8; hops++) {
    const record = records.get(name);
    if (!seen(record, resolver)) return { rcode: answers.length > 0 ? "NOERROR" : "NXDOMAIN", answers };
    if (record.status !== undefined) return { rcode: record.status, answers: [] };
    if (record.cname === undefined) {
      const texts = question.type === "TXT" ? (record.txt ?? []) : [];
      // Long texts travel as several strings.
      const strings = (text) => text.match(/.{1,200}/gs) ?? [""];
      answers.push(...texts.map((text) => ({ type: "TXT", name, ttl: 0, class: "IN", data: strings(text) })));
      return { rcode: "NOERROR", answers };
    }
    answers.push({ type: "CNAME", name, ttl: 0, class: "IN", data: record.cname });
    name = record.cname.toLowerCase();
  }
  return { rcode: "SERVFAIL", answers: [] };
}

function resolve(resolver, request, body) {
  if (request.headers["content-type"] !== MEDIA["content-type"]) return { status: 415 };
  const query = dnsPacket.decode(body);
  const { rcode, answers } = lookUp(resolver, query.questions[0]);
  if (rcode === "DROP") return { status: 500 };
  if (rcode === "GARBAGE") return { status: 200, headers: MEDIA, body: Buffer.from([0, 0, 0x81, 0x80, 255, 255, 255]) };
  const flags = dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | RCODES[rcode];
  const message = { type: "response", id: query.id, flags, questions: query.questions, answers };
  return { status: 200, headers: MEDIA, body: dnsPacket.encode(message) };
}

export function handle(request, body, path, base) {
  const resolver = /^\/([ab])\/dns-query$/.exec(path)?.[1];
  if (resolver !== undefined && request.method === "POST") return resolve(resolver, request, body);
  if (path !== "/records") return { status: 404 };
  if (request.method === "PUT") {
    const { name, ...record } = JSON.parse(body.toString("utf8"));
    records.set(name.toLowerCase(), record);
    return { status: 204 };
  }
  if (request.method === "DELETE") {
    records.delete((new URL(request.url, base).searchParams.get("name") ?? "").toLowerCase());
    return { status: 204 };
  }
  return { status: 405 };
}
