// The JSON API of this host, asked with the session's cookie. A refusal is a `Problem` (RFC 9457).

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || "Something went wrong");
    this.status = status;
    this.code = body.code || "";
    this.title = body.title || this.message;
    this.fields = body.errors || [];
  }
}

/// Asks. Gives the answer's JSON; null where there is none.
export async function ask(method, path, body) {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
  let answer;
  try {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    answer = await fetch(path, { method, headers, body: sent, credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new Problem(0, { title: "There is no connection. Try again in a moment." });
  }
  const text = await answer.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = { title: "The answer could not be read." };
  }
  if (!answer.ok) throw new Problem(answer.status, value || {});
  return value;
}

export const get = (path) => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);
export const put = (path, body) => ask("PUT", path, body);
export const remove = (path) => ask("DELETE", path);

/// The answer, or null where there is nothing or the role does not allow it.
export async function maybe(path) {
  try {
    return await get(path);
  } catch (problem) {
    if ([403, 404].includes(problem.status)) return null;
    throw problem;
  }
}

/// An address with a query; what is empty is left out.
export function address(path, query) {
  const given = Object.entries(query).filter(([, value]) => value);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}
