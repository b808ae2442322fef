// A receiver of webhooks that keeps what is posted to /hook/<id> and shows it to programs there, newest first. What is
// posted to /hook/down/<id> is kept and answered 503, as by a receiver that is broken.
const KEPT = 500;
const posts = [];

// On a development machine a tenant's receiver may be on the same machine.
export const vars = () => ({ WEBHOOKS_TO_LOOPBACK: "on" });

const json = (status, value) => ({ status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) });

export function handle(request, body, path) {
  if (request.method === "POST") {
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith("webhook-")));
    posts.unshift({ path, at: new Date().toISOString(), headers, body: body.toString("utf8") });
    posts.length = Math.min(posts.length, KEPT);
    return path.startsWith("/down/") ? json(503, {}) : { status: 204 };
  }
  return request.method === "GET" ? json(200, posts.filter((it) => it.path === path)) : json(405, {});
}
