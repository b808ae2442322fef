// Time zones, which only the platform knows (the other half is src/zone.rs).

const formats = new Map();

function format(zone) {
  let held = formats.get(zone);
  if (held === undefined) {
    const parts = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    held = new Intl.DateTimeFormat("en-US", { timeZone: zone, ...parts });
    if (formats.size >= 100) formats.clear();
    formats.set(zone, held);
  }
  return held;
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** What the clock on the wall shows in `zone`: day (1 is Monday) * 1440 + minutes since midnight. -1: no such zone. */
export function wall(zone, millis) {
  try {
    const parts = Object.fromEntries(format(zone).formatToParts(millis).map((part) => [part.type, part.value]));
    return (DAYS.indexOf(parts.weekday) + 1) * 1440 + Number(parts.hour) * 60 + Number(parts.minute);
  } catch {
    return -1;
  }
}
