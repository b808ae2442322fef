// The map (wrangler.toml) as Miniflare workers: what is deployed is what runs here.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/**
 * The map as wrangler reads it: `{worker: {name, main, routes, crons, vars, required, options}}`.
 *
 * Loading wrangler takes longer than all the rest of a start, so its reading is kept in `cache`
 * under a digest of the map, of wrangler's own version and of this file.
 */
export async function readMap(file, cache) {
  const root = dirname(file);
  const text = readFileSync(file, "utf8");
  const version = readFileSync(join(root, "node_modules/wrangler/package.json"), "utf8");
  const self = readFileSync(import.meta.filename, "utf8");
  const digest = createHash("sha256").update(text).update(version).update(self).digest("hex");
  const kept = join(cache, `map-${digest.slice(0, 16)}.json`);
  try {
    return JSON.parse(readFileSync(kept, "utf8"));
  } catch {
    const map = await readByWrangler(file, text);
    mkdirSync(cache, { recursive: true });
    // Renamed into place: another start may be reading.
    writeFileSync(`${kept}.${process.pid}`, JSON.stringify(map));
    renameSync(`${kept}.${process.pid}`, kept);
    return map;
  }
}

async function readByWrangler(file, text) {
  const { unstable_getMiniflareWorkerOptions: optionsOf, unstable_readConfig: readConfig } =
    await import("wrangler");
  const envs = [...text.matchAll(/^\[env\.([a-z]+)\]$/gm)].map((match) => match[1]);
  const map = {};
  for (const env of envs) {
    const config = readConfig({ config: file, env }, { hideWarnings: true });
    // `zone` would rewrite the hostname of every request to the first route's; bindings are
    // filled in at each start, for wrangler would take secrets from the environment.
    const { zone, modulesRules, bindings, ...options } = optionsOf(config, env).workerOptions;
    map[env] = {
      name: config.name,
      main: relative(dirname(file), config.main),
      routes: (config.routes ?? []).map((route) => route.pattern ?? route),
      crons: config.triggers?.crons ?? [],
      vars: config.vars ?? {},
      required: config.secrets?.required ?? [],
      options,
    };
  }
  return map;
}

/** Secrets that only a rotation needs, by the one that they go along with. */
const ALONG = { KEK: ["KEK_NEXT", "KEK_PREVIOUS", "KEK_ACTIVE"] };

/**
 * One worker of the map as Miniflare options.
 *
 * A variable of `vars` reaches only a worker whose section names it, a secret only one that
 * requires it; `extraVars` reach all.
 *
 * Throws when a required secret is not given.
 */
export function worker(env, entry, root, { vars, secrets, extraVars, direct }) {
  const missing = entry.required.filter((name) => !(name in secrets));
  if (missing.length > 0) throw new Error(`worker ${env} requires secrets ${missing.join(", ")}`);
  const main = resolve(root, entry.main);
  return {
    ...entry.options,
    name: entry.name,
    modules: true,
    modulesRules: [
      { type: "ESModule", include: ["**/*.js", "**/*.mjs"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
    ],
    scriptPath: main,
    rootPath: dirname(main),
    modulesRoot: dirname(main),
    routes: entry.routes,
    bindings: {
      ...entry.vars,
      ...pick(vars, Object.keys(entry.vars)),
      ...pick(secrets, entry.required.flatMap((name) => [name, ...(ALONG[name] ?? [])])),
      ...extraVars,
    },
    durableObjects: withSqlite(entry.options.durableObjects),
    ...(direct ? { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] } : {}),
  };
}

// Only the script that defines a class says that it is SQLite-backed; the others must agree.
function withSqlite(objects = {}) {
  const rows = Object.entries(objects).map(([name, it]) => [name, { ...it, useSQLite: true }]);
  return Object.fromEntries(rows);
}

function pick(values, names) {
  return Object.fromEntries(names.filter((n) => n in values).map((n) => [n, values[n]]));
}
