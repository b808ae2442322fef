// Makes a peer's SQLite file from its own migrations: node schema.mjs FILE SQL...
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const [file, ...migrations] = process.argv.slice(2);
const db = new DatabaseSync(file);
for (const migration of migrations.sort()) db.exec(readFileSync(migration, "utf8"));
db.close();
