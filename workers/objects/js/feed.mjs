// The feed of a pool: fans the pool's journal out to everybody who follows it. It keeps nothing but its readers: events are
// read from the pool, by numbers, when the pool says that there may be more.
import { DurableObject } from "cloudflare:workers";
import { twin } from "./near.mjs";
import { SocketReader, StreamReader } from "./reader.mjs";

/** How long the pool is followed without being asked again. */
const FOLLOW_MS = 150_000;
/** How often the pool is asked at least, whatever became of its notices. */
const ROUND_MS = 60_000;
/** How often readers by Server-Sent Events are shown that the connection lives. */
const ALIVE_MS = 15_000;
/** Who has read for so long must come back, and show that it still may. */
const LIFE_MS = 900_000;
const MOST_READERS = 1_000;
/** Events of one page. */
const PAGE = 200;
const STREAM = { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" };

/** One per pool, with the pool's name. */
export class Feed extends DurableObject {
  #streams = new Set();
  #reading;
  #again = false;
  #alive;

  constructor(ctx, env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /**
   * Lets a reader in that has everything up to `Last-Event-ID`, else up to `?after=`, else only wants what comes now.
   * `?follow=false` gives what there is, and ends. Who may read has been decided by the worker.
   */
  async fetch(request) {
    if (this.#readers().length >= MOST_READERS) throw new Error("too many readers");
    const query = new URL(request.url).searchParams;
    const seq = number(request.headers.get("last-event-id") ?? query.get("after"));
    if (request.headers.get("upgrade")?.toLowerCase() === "websocket") return this.#bySocket(seq);
    return this.#byStream(seq, query.get("follow") === "false");
  }

  /** The pool says that there may be more. */
  more() {
    return this.#read();
  }

  async alarm() {
    const long = Date.now() - LIFE_MS;
    for (const reader of this.#readers()) if (reader.since < long) reader.end();
    try {
      await this.#read();
    } catch (error) {
      console.error(JSON.stringify({ level: "error", event: "feed.read", error: String(error) }));
    }
    if (this.#readers().length > 0) await this.ctx.storage.setAlarm(Date.now() + ROUND_MS);
  }

  webSocketMessage() {
    // Readers have nothing to say.
  }

  webSocketClose(socket) {
    // The platform does not answer a closing frame by itself.
    new SocketReader(socket).end(1000);
    return this.#left();
  }

  webSocketError() {
    return this.#left();
  }

  async #bySocket(seq) {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    await this.#welcome(SocketReader.begin(server, seq, Date.now()));
    return new Response(null, { status: 101, webSocket: client });
  }

  async #byStream(seq, brief) {
    const reader = new StreamReader(seq, Date.now(), brief, () => this.#gone(reader));
    this.#streams.add(reader);
    await this.#welcome(reader);
    if (brief) reader.end();
    return new Response(reader.body, { headers: STREAM });
  }

  /** Gives a new reader what it lacks. One that cannot be served is not let in. */
  async #welcome(reader) {
    try {
      await this.#read();
      if (!reader.brief) await this.#watch();
    } catch (error) {
      this.#streams.delete(reader);
      reader.end();
      throw error;
    }
  }

  #readers() {
    const open = this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
    return [...this.#streams, ...open.map((socket) => new SocketReader(socket))];
  }

  async #watch() {
    // Sockets need no signs of life, and hibernate only without a timer.
    if (this.#streams.size > 0) {
      this.#alive ??= setInterval(() => this.#streams.forEach((reader) => reader.comment()), ALIVE_MS);
    }
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + ROUND_MS);
  }

  /** One reading at a time; who asks meanwhile is answered by one more. */
  async #read() {
    this.#again = true;
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readAll() {
    while (this.#again) {
      this.#again = false;
      if (!(await this.#readPage())) this.#again = true;
    }
  }

  /**
   * Gives every reader what it lacks of the next page; whether that was the last one. Who comes while the pool is asked is
   * served by another page: this one may be older than its number.
   */
  async #readPage() {
    const readers = this.#readers();
    if (readers.length === 0) return this.#pool().unfollow().then(() => true);
    const known = readers.map((reader) => reader.seq).filter((seq) => seq !== null);
    const after = known.length > 0 ? Math.min(...known) : null;
    const until = readers.every((reader) => reader.brief) ? 0 : Date.now() + FOLLOW_MS;
    const said = await this.#pool().follow(JSON.stringify({ events: { after, limit: PAGE } }), until);
    const page = JSON.parse(said.slice(said.indexOf(" "))).events;
    if (page === undefined) throw new Error(`the pool gave no events: ${said}`);
    for (const reader of readers) reader.give(page);
    return page.next >= page.newest;
  }

  #gone(reader) {
    this.#streams.delete(reader);
    if (this.#streams.size === 0) {
      clearInterval(this.#alive);
      this.#alive = undefined;
    }
    if (!reader.brief) this.ctx.waitUntil(this.#left().catch(() => undefined));
  }

  /** A reader has left. Reading for nobody leaves the pool unfollowed, in order with readings for those who come now. */
  async #left() {
    if (this.#readers().length > 0) return;
    await this.ctx.storage.deleteAlarm();
    await this.#read();
  }

  #pool() {
    return twin(this.env.POOL, this.ctx.id);
  }
}

/** A number that was sent: `null` when there is none, and one that no journal has when it is not a number. */
function number(text) {
  if (text === null || text === "") return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}
