// Bounds what V8 takes, as the platform does that the workers are deployed to.
//
// Left alone V8 grows with the machine: a worker that answers a constant takes half a gigabyte before
// its garbage is collected. Deployed, an isolate has 128 MB. Miniflare has no option for V8's flags but
// workerd's configuration has, so they are added on its way there.
import childProcess from "node:child_process";

/**
 * What an isolate may take at most, in MB. Requests leave small objects in JavaScript that hold large ones outside of
 * V8's sight, and workerd gives V8 no idle time to look after them: so the young generation is small, and every
 * collection is a whole one. Live heaps are a few MB, so that costs nothing that could be measured.
 */
const FLAGS = ["--max-old-space-size=128", "--max-semi-space-size=2", "--min-semi-space-size=1", "--gc-global"];
/** Where a struct `Config` of workerd.capnp points to its V8 flags. */
const V8_FLAGS = 2;
const WORD = 8;

/** Every workerd that this process starts from now on is bounded. */
export function boundWorkerd() {
  const { spawn } = childProcess;
  childProcess.spawn = (command, args, options) => {
    const child = spawn(command, args, options);
    if (Array.isArray(args) && args.includes("serve") && args.includes("--binary")) {
      const write = child.stdin.write.bind(child.stdin);
      child.stdin.write = (message, ...rest) => write(withFlags(message, FLAGS), ...rest);
    }
    return child;
  };
}

/**
 * A configuration (a Cap'n Proto message: a table of segments, then these) with V8 flags: they go into a segment of
 * their own, and the root's pointer to them leads there.
 *
 * Throws when `message` is something else, or has V8 flags already.
 */
export function withFlags(message, flags) {
  const segments = message.readUInt32LE(0) + 1;
  const table = padded(4 * (1 + segments));
  const slot = table + flagsPointer(message, table);
  if (message.readBigUInt64LE(slot) !== 0n) throw new Error("workerd has V8 flags already");
  const added = textList(flags);
  const head = Buffer.alloc(padded(4 * (2 + segments)));
  head.writeUInt32LE(segments, 0);
  message.copy(head, 4, 4, 4 * (1 + segments));
  head.writeUInt32LE(added.length / WORD, 4 * (1 + segments));
  const body = Buffer.from(message.subarray(table));
  // A far pointer: to the first word of the new segment.
  body.writeBigUInt64LE(2n | (BigInt(segments) << 32n), slot - table);
  return Buffer.concat([head, body, added]);
}

/** Where the pointer is, counted from the first segment. */
function flagsPointer(message, table) {
  const root = message.readBigUInt64LE(table);
  const [offset, data] = [Number(BigInt.asIntN(32, root) >> 2n), Number((root >> 32n) & 0xffffn)];
  if ((root & 3n) !== 0n || Number(root >> 48n) <= V8_FLAGS) throw new Error("no configuration of workerd");
  return WORD * (1 + offset + data + V8_FLAGS);
}

/** A segment: a pointer to a list of texts, the list, the texts. */
function textList(texts) {
  const bytes = texts.map((text) => {
    const ended = Buffer.alloc(padded(text.length + 1));
    ended.write(text, "latin1");
    return ended;
  });
  const words = [1n | (6n << 32n) | (BigInt(texts.length) << 35n)];
  let at = texts.length;
  texts.forEach((text, place) => {
    const away = BigInt(at - place - 1);
    words.push(1n | (away << 2n) | (2n << 32n) | (BigInt(text.length + 1) << 35n));
    at += bytes[place].length / WORD;
  });
  return Buffer.concat([Buffer.from(new BigUint64Array(words).buffer), ...bytes]);
}

function padded(bytes) {
  return Math.ceil(bytes / WORD) * WORD;
}
