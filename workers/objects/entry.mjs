// The objects worker: each class is a thin shell, called with text, round the Rust class of the same name.
import { DurableObject } from "cloudflare:workers";
import * as rust from "./build/index.js";
import { followed } from "./js/followed.mjs";

/** `call` answers at once with text, or with the promise of it when stores must be asked first. */
const shell = (Rust) =>
  class extends DurableObject {
    #rust;
    #fresh;

    constructor(state, env) {
      super(state, env);
      this.#fresh = () => new Rust(state, env);
      this.#rust = this.#fresh();
    }

    call(message, faults) {
      return this.#rust.call(message, faults);
    }

    /** A call from a worker (shared/edge/js/object.mjs). */
    async fetch(request) {
      const message = await request.text();
      return new Response(await this.call(message, request.headers.get("writ-fault") ?? ""));
    }

    alarm() {
      return this.#rust.alarm();
    }

    /** Forgets everything, on disk and in memory. */
    async erase() {
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
      this.#rust = this.#fresh();
    }
  };

export class Allocation extends shell(rust.Allocation) {}
export class AuditLog extends shell(rust.AuditLog) {}
export class Fleet extends shell(rust.Fleet) {}
export class Limiter extends shell(rust.Limiter) {}
export class Pool extends followed(shell(rust.Pool)) {}
export class Watch extends shell(rust.Watch) {}
export { Feed } from "./js/feed.mjs";
export default rust.default;
