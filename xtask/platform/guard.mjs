// Lets no workerd outlive the process that started it, however that one ends.
import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * A program that runs workerd and has the kernel end it with its parent; undefined where the
 * system has no such thing (then only an orderly end takes workerd along).
 */
export function guardedWorkerd(cache) {
  if (spawnSync("setpriv", ["--pdeathsig", "KILL", "true"]).status !== 0) return undefined;
  const { default: workerd } = createRequire(import.meta.url)("workerd");
  const script = join(cache, "workerd");
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${script}.${process.pid}`, `#!/bin/sh\nexec setpriv --pdeathsig KILL '${workerd}' "$@"\n`);
  chmodSync(`${script}.${process.pid}`, 0o755);
  renameSync(`${script}.${process.pid}`, script);
  return script;
}
