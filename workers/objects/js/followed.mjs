// A pool that can be followed: whoever reads its journal is told when there is more. While nobody follows, a call costs
// one comparison.

import { twin } from "./near.mjs";

/** Where it is kept until when the pool is followed, for the object may be restarted in between. */
const KEY = "followed_until";
/** What is told more often than this is told together. */
const PAUSE_MS = 100;
/** How long to wait when the feed could not be told. */
const RETRY_MS = 1_000;
/** The end is written anew when it moves by more than this. */
const GRAIN_MS = 30_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * `Base` (a class with `call` and `alarm`) with a method `follow`. A notice says only that there may be more: it may be lost
 * or repeated, for the feed reads the journal, by numbers.
 */
export const followed = (Base) =>
  class extends Base {
    #until;
    #more = false;
    #telling = false;

    call(message, faults) {
      const said = super.call(message, faults);
      this.#notice();
      return said;
    }

    async alarm() {
      const done = await super.alarm();
      this.#notice();
      return done;
    }

    /** Answers as `call` does, and tells the feed of what comes after, until the instant `until`. */
    follow(message, until) {
      this.#keep(until);
      return super.call(message, "");
    }

    /** The feed need not be told any more. */
    unfollow() {
      this.#keep(0);
    }

    #keep(until) {
      const held = this.#known();
      this.#until = until;
      if (until === 0) {
        if (held !== 0) this.ctx.storage.kv.delete(KEY);
      } else if (Math.abs(until - held) > GRAIN_MS) {
        this.ctx.storage.kv.put(KEY, until);
      } else {
        this.#until = held;
      }
    }

    #known() {
      this.#until ??= this.ctx.storage.kv.get(KEY) ?? 0;
      return this.#until;
    }

    // What was journaled is told after it is durable: nothing leaves the object before (output gate).
    #notice() {
      if (this.#known() === 0) return;
      this.#more = true;
      if (!this.#telling) this.ctx.waitUntil(this.#tell());
    }

    async #tell() {
      this.#telling = true;
      try {
        while (this.#more && this.#known() > Date.now()) {
          this.#more = false;
          await this.#tellOnce();
        }
      } finally {
        this.#telling = false;
        if (this.#known() <= Date.now()) this.#keep(0);
      }
    }

    async #tellOnce() {
      try {
        await twin(this.env.FEED, this.ctx.id).more();
        await pause(PAUSE_MS);
      } catch {
        this.#more = true;
        await pause(RETRY_MS);
      }
    }
  };
