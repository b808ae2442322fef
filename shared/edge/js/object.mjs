// Calls to objects (the other half is src/object.rs): one crossing out and one promise back. Text travels by the
// platform's own call of methods, which costs about two thirds of a `fetch` with a body each way.

/** Asks the object `name` behind `env[binding]`, placed near `hint` when it is first called. */
export function ask(env, binding, name, hint, message, faults) {
  return env[binding].getByName(name, { locationHint: hint }).call(message, faults);
}
