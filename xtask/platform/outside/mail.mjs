// A mail API of the shape of SendGrid's v3 `mail/send` that keeps what it is given: /mail shows it to people,
// /mail/messages?to= to programs, newest first. Nothing is ever sent.
const KEPT = 200;
const messages = [];

export const vars = (base) => ({ MAIL_API: base, MAIL_FROM: "licenses@writ.localhost" });

const json = (status, value) => ({ status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) });

function take(request, body) {
  if (!/^Bearer .+/.test(request.headers.authorization ?? "")) return json(401, { errors: [{ message: "no key" }] });
  const mail = JSON.parse(body.toString("utf8"));
  const to = mail.personalizations?.[0]?.to?.[0]?.email;
  const text = mail.content?.find((part) => part.type === "text/plain")?.value;
  if (!to || !mail.from?.email || !mail.subject || !text) return json(400, { errors: [{ message: "incomplete" }] });
  const id = mail.custom_args?.event_id;
  // As real ones do not promise: a repeat is a second mail. Tests want to see it.
  messages.unshift({ at: new Date().toISOString(), id, to, from: mail.from, subject: mail.subject, text });
  messages.length = Math.min(messages.length, KEPT);
  return { status: 202 };
}

const escape = (text) => text.replace(/[&<>"]/g, (it) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[it]);
const linked = (text) => escape(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);

function page() {
  const items = messages.map(
    (it) => `<article><h2>${escape(it.subject)}</h2><p>${escape(it.from.name ?? "")} &lt;${escape(it.from.email)}&gt; to <b>${escape(it.to)}</b>, ${it.at}</p><pre>${linked(it.text)}</pre></article>`,
  );
  const style = "body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}article{border-top:1px solid #ccc}pre{white-space:pre-wrap}";
  const body = `<!doctype html><meta charset=utf-8><title>Outbox</title><style>${style}</style><h1>Outbox</h1><p>Mail that a real installation would have sent.</p>${items.join("") || "<p>Nothing yet.</p>"}`;
  return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

export function handle(request, body, path, base) {
  if (request.method === "POST" && path === "/v3/mail/send") return take(request, body);
  if (request.method !== "GET") return json(405, {});
  if (path === "/messages") {
    const to = new URL(request.url, base).searchParams.get("to");
    return json(200, messages.filter((it) => to === null || it.to === to));
  }
  return path === "" || path === "/" ? page() : json(404, {});
}
