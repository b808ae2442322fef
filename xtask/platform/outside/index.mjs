// The world outside, as a development machine has it: one server on loopback that stands in for mail, resolvers
// and other people's APIs. Each module of this folder answers the paths below its own name (`mail.mjs`: /mail/...)
// and exports `handle(request, body, path, base)`, which gives `{status, headers, body}`, or `serve(request, response,
// path, base)`, and `vars(base)`: the variables of wrangler.toml that lead workers to it.
import { readdirSync } from "node:fs";
import { createServer } from "node:http";

async function modules() {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".mjs") && name !== "index.mjs");
  const loaded = names.map(async (name) => [name.slice(0, -4), await import(`./${name}`)]);
  return Object.fromEntries(await Promise.all(loaded));
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** Starts the server on `port` (0: any free one). Gives its address and the variables that lead there. */
export async function outside(port) {
  const all = await modules();
  let base;
  const server = createServer(async (request, response) => {
    const [, name = "", rest = ""] = /^\/([a-z]+)(\/.*)?$/.exec(new URL(request.url, base).pathname) ?? [];
    try {
      const it = all[name];
      // A server of its own, which reads and answers by itself.
      if (it?.serve !== undefined) return await it.serve(request, response, rest, `${base}/${name}`);
      const answer = it === undefined ? { status: 404, body: "" } : await it.handle(request, await read(request), rest, `${base}/${name}`);
      response.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? "");
    } catch (error) {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error?.stack ?? error));
    }
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  server.unref();
  base = `http://127.0.0.1:${server.address().port}`;
  const vars = Object.assign({}, ...Object.entries(all).map(([name, it]) => it.vars?.(`${base}/${name}`) ?? {}));
  return { base, vars };
}
