// Schema and first rows of a local installation, written before the first request.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const TABLE =
  "CREATE TABLE IF NOT EXISTS local_migrations (name TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT";

/**
 * Brings one database to the newest schema of `folder`; each file is one transaction.
 *
 * Refuses when a file that was applied has changed since: local data would not fit it.
 */
export async function migrate(db, folder) {
  const files = sqlFiles(folder);
  await db.prepare(TABLE).run();
  const { results } = await db.prepare("SELECT name, digest FROM local_migrations").all();
  const applied = new Map(results.map((row) => [row.name, row.digest]));
  for (const { name, text } of files) {
    const digest = createHash("sha256").update(text).digest("hex");
    const before = applied.get(name);
    if (before === digest) continue;
    if (before !== undefined) {
      throw new Error(`${folder}/${name} changed after it was applied: start over with --fresh`);
    }
    // Loaded here, for it is slow and most starts have nothing to apply.
    const { unstable_splitSqlQuery: splitSql } = await import("wrangler");
    const note = db.prepare("INSERT INTO local_migrations (name, digest) VALUES (?1, ?2)");
    await db.batch([...splitSql(text).map((sql) => db.prepare(sql)), note.bind(name, digest)]);
  }
}

/** Runs the statements of a bootstrap file (`[[sql, ...params], ...]`) in one transaction. */
export async function bootstrap(db, statements) {
  if (statements.length === 0) return;
  await db.batch(statements.map(([sql, ...params]) => db.prepare(sql).bind(...params)));
}

function sqlFiles(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
}
