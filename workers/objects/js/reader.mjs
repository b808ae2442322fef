// Readers of a feed. Each knows the number up to which it has everything, so that a page of the journal gives each what it
// lacks, in order and once. A number of `null` means: whatever comes from now on.

const utf8 = new TextEncoder();
/** Pages that may wait for a slow reader. One that is cut off comes back and names its last number. */
const MOST_WAITING = 64;

/** What a reader lacks of a page: the events, after what it must be told first. */
function lacking(seq, page) {
  if (seq === null) return [{ seq: page.newest, type: "ready" }];
  // Older than the journal, or from another journal: what was missed is not known.
  if (seq < page.from || seq > page.newest) return [{ seq: page.newest, type: "reset" }];
  return page.events.filter((event) => event.seq > seq);
}

/** The number that a reader has reached with a page. */
function reached(seq, page) {
  if (seq === null || seq < page.from || seq > page.newest) return page.newest;
  return Math.max(seq, page.next);
}

/** Events as Server-Sent Events. */
export function written(events) {
  const one = (event) => `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  return events.map(one).join("");
}

/** A reader by Server-Sent Events, a brief one only of what there is; `gone` is called once it reads no more. */
export class StreamReader {
  #writer;
  #waiting = 0;
  #ending = false;

  constructor(seq, now, brief, gone) {
    // Only this kind of stream tells its writer that the reader has gone, at the next write.
    const { readable, writable } = new IdentityTransformStream();
    this.#writer = writable.getWriter();
    this.#writer.closed.catch(() => undefined).then(gone);
    this.since = now;
    this.seq = seq;
    this.brief = brief;
    this.body = readable;
  }

  /** Gives it what it lacks of a page. */
  give(page) {
    const events = lacking(this.seq, page);
    this.seq = reached(this.seq, page);
    if (events.length > 0) this.#write(written(events));
  }

  /** Shows everybody on the way that the connection lives. */
  comment() {
    this.#write(": alive\n\n");
  }

  /** Ends it in good order; one that does not take its end is cut off when this is called again. */
  end() {
    const ended = this.#ending ? this.#writer.abort() : this.#writer.close();
    ended.catch(() => undefined);
    this.#ending = true;
  }

  #write(text) {
    this.#waiting += 1;
    if (this.#waiting > MOST_WAITING) return void this.#writer.abort().catch(() => undefined);
    const written = this.#writer.write(utf8.encode(text));
    written.then(() => (this.#waiting -= 1)).catch(() => undefined);
  }
}

/** A reader by WebSocket. What is known of it hibernates with the socket. */
export class SocketReader {
  #socket;

  constructor(socket) {
    this.#socket = socket;
    Object.assign(this, socket.deserializeAttachment());
  }

  /** A new one. */
  static begin(socket, seq, now) {
    socket.serializeAttachment({ seq, since: now });
    return new SocketReader(socket);
  }

  /** Gives it what it lacks of a page. A socket that cannot take it is closed, and comes back. */
  give(page) {
    try {
      for (const event of lacking(this.seq, page)) this.#socket.send(JSON.stringify(event));
      this.seq = reached(this.seq, page);
      this.#socket.serializeAttachment({ seq: this.seq, since: this.since });
    } catch {
      this.end();
    }
  }

  /** Ends it in good order: 1012, "service restart", tells clients to come back. */
  end(code = 1012) {
    try {
      this.#socket.close(code);
    } catch {
      // It is closed already.
    }
  }
}
