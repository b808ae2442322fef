// Runs the floors like xtask/platform/serve.mjs runs the workers: one workerd, direct sockets,
// loopback only. Prints {"ready":true,"url":...,"direct":{floor: url}}; ends on SIGTERM, SIGINT and
// when standard input closes.
import { join } from "node:path";
import { boundWorkerd } from "../../xtask/platform/bounds.mjs";
import { guardedWorkerd } from "../../xtask/platform/guard.mjs";

Object.assign(process.env, { CLOUDFLARE_CF_FETCH_ENABLED: "false", DO_NOT_TRACK: "1" });
const cache = join(import.meta.dirname, "../../.writ/cache");
const guarded = guardedWorkerd(cache);
if (guarded !== undefined) process.env.MINIFLARE_WORKERD_PATH = guarded;
boundWorkerd();
const { Miniflare } = await import("miniflare");

function floor(name, { code, ...bindings }) {
  const folder = join(import.meta.dirname, code ?? name, "build");
  return {
    name: `floor-${name}`,
    compatibilityDate: "2026-07-01",
    modules: true,
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
    ],
    scriptPath: join(folder, "index.js"),
    rootPath: folder,
    modulesRoot: folder,
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    ...bindings,
  };
}

// Objects live in a worker of their own, as ours do: in the caller's own isolate they are called 1.7 times more slowly here.
const keeper = { className: "Keeper", useSQLite: true };
const floors = {
  plain: {},
  object: { durableObjects: { KEEPER: { ...keeper, scriptName: "floor-keeper" } } },
  keeper: { code: "object", durableObjects: { KEEPER: keeper } },
  d1: { d1Databases: { FLOOR: "floor" } },
};
const mf = new Miniflare({
  host: "127.0.0.1",
  port: 0,
  cf: false,
  logRequests: false,
  telemetry: { enabled: false },
  d1Persist: join(process.argv[2], "d1"),
  durableObjectsPersist: join(process.argv[2], "objects"),
  cachePersist: false,
  workers: Object.entries(floors).map(([name, bindings]) => floor(name, bindings)),
});

let ending;
function end(code) {
  ending ??= mf.dispose().catch(() => undefined).then(() => process.exit(code));
}
process.on("SIGTERM", () => end(0));
process.on("SIGINT", () => end(0));
process.stdin.on("close", () => end(0)).resume();

try {
  const url = await mf.ready;
  const db = await mf.getD1Database("FLOOR", "floor-d1");
  const table = "CREATE TABLE IF NOT EXISTS rows (id TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT";
  const row = "INSERT INTO rows (id, value) VALUES ('one', 'x') ON CONFLICT (id) DO NOTHING";
  await db.batch([db.prepare(table), db.prepare(row)]);
  const direct = {};
  for (const name of Object.keys(floors)) {
    direct[name] = (await mf.unsafeGetDirectURL(`floor-${name}`)).origin;
  }
  process.stdout.write(`${JSON.stringify({ ready: true, url: url.origin, direct })}\n`);
} catch (error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  end(1);
}
