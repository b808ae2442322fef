// Calls to objects (the other half is src/object.rs): one crossing out and one promise back. Text travels by `fetch`: the
// platform's own call of methods is no faster, and under many callers some of them wait more than twice as long.

/**
 * The object `name` behind `env[binding]`, placed near `hint` when it is first called. Objects of tenants in the EU are made
 * under its jurisdiction, where the platform has one: they never leave it (docs/adr/0012-objects-under-jurisdictions.md).
 */
export function stub(env, binding, name, hint) {
  const eu = hint === "weur" && env.OBJECT_JURISDICTIONS === "on";
  const all = eu ? env[binding].jurisdiction("eu") : env[binding];
  return all.getByName(name, { locationHint: hint });
}

/** Asks the object `name`. */
export async function ask(env, binding, name, hint, message, faults) {
  const headers = faults === "" ? undefined : { "writ-fault": faults };
  const answer = await stub(env, binding, name, hint).fetch("https://object/", { method: "POST", body: message, headers });
  return answer.text();
}

/** Empties the object `name`: it is as if it had never been called. */
export function erase(env, binding, name, hint) {
  return stub(env, binding, name, hint).erase();
}
