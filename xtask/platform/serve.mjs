// Runs the whole platform of wrangler.toml on workerd, on loopback only.
//
//   node serve.mjs [--port N] [--state DIR] [--vars FILE] [--secrets FILE] [--bootstrap FILE]
//                  [--log FILE] [--outside N] [--faults] [--direct] [--no-cron] [--detached]
//
// Prints one JSON line when it is ready: {"ready":true,"url":...,"ms":...,"direct":{worker: url},"outside":...}.
// Without --port a free port is taken; without --state nothing is kept. A line {"cron":"<worker>"}
// on standard input runs that worker's scheduled handler and answers {"cron":...,"ok":...}. It
// ends on SIGTERM, SIGINT, and when standard input closes (so that it never outlives its parent),
// unless --detached.
import { request } from "node:http";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { boundWorkerd } from "./bounds.mjs";
import { guardedWorkerd } from "./guard.mjs";

const started = performance.now();
// Nothing may leave this machine, and nothing of its environment may reach a worker.
Object.assign(process.env, {
  CLOUDFLARE_INCLUDE_PROCESS_ENV: "false",
  CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_LOG: process.env.WRANGLER_LOG ?? "error",
  DO_NOT_TRACK: "1",
});

const { values: args } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    state: { type: "string" },
    vars: { type: "string" },
    secrets: { type: "string" },
    bootstrap: { type: "string" },
    log: { type: "string" },
    outside: { type: "string", default: "0" },
    map: { type: "string", default: join(import.meta.dirname, "../../wrangler.toml") },
    faults: { type: "boolean", default: false },
    direct: { type: "boolean", default: false },
    "no-cron": { type: "boolean", default: false },
    detached: { type: "boolean", default: false },
  },
});
const map = resolve(args.map);
const root = resolve(map, "..");
const json = (file) => (file === undefined ? {} : JSON.parse(readFileSync(file, "utf8")));
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const log = args.log === undefined ? process.stdout : createWriteStream(args.log, { flags: "a" });

const cache = join(root, ".writ/cache");
enableCompileCache(join(cache, "node"));
const guarded = guardedWorkerd(cache);
if (guarded !== undefined) process.env.MINIFLARE_WORKERD_PATH = guarded;
boundWorkerd();
const { Miniflare } = await import("miniflare");
const { readMap, worker } = await import("./map.mjs");
const { bootstrap, migrate } = await import("./migrate.mjs");
const { outside } = await import("./outside/index.mjs");

const entries = await readMap(map, cache);
const world = await outside(Number(args.outside));
const given = {
  // Workerd knows no jurisdictions.
  vars: { OBJECT_JURISDICTIONS: "off", ...world.vars, ...json(args.vars) },
  secrets: json(args.secrets),
  extraVars: args.faults ? { WRIT_FAULTS: "on" } : {},
  direct: args.direct,
};
const workers = Object.entries(entries).map(([env, entry]) => worker(env, entry, root, given));
const state = args.state === undefined ? undefined : resolve(args.state);
if (state !== undefined) mkdirSync(state, { recursive: true, mode: 0o700 });
const kept = (kind) => (state === undefined ? false : join(state, kind));

const mf = new Miniflare({
  host: "127.0.0.1",
  port: Number(args.port),
  cf: false,
  logRequests: false,
  telemetry: { enabled: false },
  unsafeTriggerHandlers: true,
  d1Persist: kept("d1"),
  durableObjectsPersist: kept("objects"),
  cachePersist: false,
  handleStructuredLogs: ({ level, message, timestamp }) => {
    log.write(record(level, message, timestamp));
  },
  workers,
});

// A worker's own records are JSON already and pass as they are.
function record(level, message, timestamp) {
  if (message.startsWith("{")) return `${message}\n`;
  return `${JSON.stringify({ level, message, timestamp })}\n`;
}

// Ending in good order waits for whatever a worker still does after its answers. State is durable without it.
const PATIENCE_MS = 5000;
let ending;
function end(code) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  ending ??= Promise.race([mf.dispose(), late]).catch(() => undefined).then(() => process.exit(code));
}
process.on("SIGTERM", () => end(0));
process.on("SIGINT", () => end(0));
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  end(1);
});

let url;
try {
  url = await mf.ready;
  const first = workers[0].name;
  const rows = json(args.bootstrap);
  await Promise.all(
    ["DIRECTORY", "DATA_EU", "DATA_US", "DATA_APAC"].map(async (binding) => {
      const db = await mf.getD1Database(binding, first);
      const folder = binding === "DIRECTORY" ? "schema/directory" : "schema/data";
      await migrate(db, join(root, folder));
      await bootstrap(db, rows[binding] ?? []);
    }),
  );
  const direct = {};
  if (args.direct) {
    for (const [env, { name }] of Object.entries(entries)) {
      direct[env] = (await mf.unsafeGetDirectURL(name)).origin;
    }
  }
  flushCompileCache();
  say({ ready: true, url: url.origin, ms: Math.round(performance.now() - started), direct, outside: world.base });
} catch (error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  end(1);
}

// By HTTP, for Miniflare's own handle on a worker blocks this process until workerd has answered, and workerd may wait
// for this process meanwhile (its log, the world outside): neither would ever go on.
function scheduled(env) {
  const { name, crons } = entries[env];
  const path = `/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(crons[0])}&time=${Date.now()}&format=json`;
  const headers = { host: "localhost", "mf-route-override": name };
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: url.port, path, headers }, async (answer) => {
      let text = "";
      for await (const part of answer) text += part;
      resolve(answer.statusCode === 200 ? JSON.parse(text).outcome : `${answer.statusCode} ${text}`);
    });
    asked.once("error", reject).end();
  });
}
// Locally crons never fire by themselves.
if (!args["no-cron"]) {
  const due = Object.keys(entries).filter((env) => entries[env].crons.length > 0);
  setInterval(() => due.forEach((env) => scheduled(env).catch(() => undefined)), 60_000).unref();
}
if (!args.detached) {
  const input = createInterface({ input: process.stdin });
  input.on("close", () => end(0));
  input.on("line", async (line) => {
    let cron;
    try {
      ({ cron } = JSON.parse(line));
      const outcome = await scheduled(cron);
      say({ cron, ok: outcome === "ok", outcome });
    } catch (error) {
      say({ cron, ok: false, error: String(error) });
    }
  });
}
