// Licenses, their seats, and what they cost.

import { address, get, maybe } from "./api.mjs";
import { badge, card, day, h, paged, show, table } from "./dom.mjs";

const STATES = {
  active: ["good", "Active"], warning: ["warn", "Ends soon"], grace: ["warn", "In grace"], exceeded: ["warn", "Over limit"],
  expired: ["bad", "Expired"], suspended: ["bad", "Suspended"], revoked: ["bad", "Revoked"],
};

export async function draw(place, { user, allows }) {
  const issues = ["vendor", "msp"].includes(user.tenant_kind);
  const [held, subscription, statement] = await Promise.all([
    get(address("/api/v1/licenses", { limit: "200" })),
    maybe("/api/v1/subscription"),
    issues && allows("billing:read") ? maybe(address("/api/v1/billing/overage", month())) : null,
  ]);
  const licenses = await paged(
    (cursor) => (cursor ? get(address("/api/v1/licenses", { limit: "200", cursor })) : held),
    (items) => list(items, issues));
  show(place, figures(held), card(issues ? "Licenses" : "Your licenses", licenses),
    statement && costs(statement), subscription && plan(subscription));
  seats(held.items);
}

/// This month so far.
function month() {
  const now = new Date();
  const text = (date) => date.toISOString().slice(0, 10);
  return { start_date: text(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))), end_date: text(now) };
}

function figures({ items, next_cursor: more }) {
  const good = items.filter(({ state }) => ["active", "warning", "exceeded"].includes(key(state))).length;
  const attention = items.filter(({ state }) => key(state) !== "active").length;
  const figure = (label, value) => h("div", {}, h("dt", {}, label), h("dd", {}, String(value)));
  return h("dl", { class: "figures" }, figure("Licenses", `${items.length}${more ? "+" : ""}`), figure("In use", good), figure("Need attention", attention));
}

const key = (state) => String(state).toLowerCase();

function list(items, issues) {
  const state = ({ state }) => badge(...(STATES[key(state)] || ["calm", state]));
  return table("Licenses", [
    ["License", (item) => h("code", {}, item.license_code)],
    [issues ? "Holder" : "Product", (item) => [h("b", {}, issues ? item.holder : item.product), h("span", { class: "quiet" }, issues ? item.product : item.plan)]],
    ["State", state],
    ["Seats", (item) => h("span", { "data-pool": item.terms.commit || item.terms.max_overage ? item.license_id : null }, seatsOf(item))],
    ["Ends", (item) => day(item.expires_at)],
  ], items, "There are no licenses yet.");
}

const seatsOf = ({ terms }) => (terms.commit ? String(terms.commit) : "–");

/// How many seats are held, asked for the first few pools only: a page must not ask for hundreds.
async function seats(items) {
  const floating = items.filter(({ terms }) => terms.commit || terms.max_overage).slice(0, 20);
  await Promise.all(floating.map(async ({ license_id: id }) => {
    const pool = await maybe(`/api/v1/pools/${id}?limit=1`).catch(() => null);
    const cell = document.querySelector(`[data-pool="${CSS.escape(id)}"]`);
    if (pool && cell) cell.textContent = `${pool.held.commit + pool.held.overage} of ${pool.commit + pool.max_overage}`;
  }));
}

function costs(statement) {
  const money = (total) => h("div", {}, h("dt", {}, `Billable this month, ${total.currency}`), h("dd", {}, String(total.billable)));
  return card("Cost", statement.totals.length
    ? h("dl", { class: "figures inner" }, statement.totals.map(money))
    : h("p", { class: "empty" }, "Nothing to bill this month so far."));
}

function plan({ plan: name, limits, used }) {
  const row = (label, field) => {
    const limit = limits[field];
    const value = used[field] ?? 0;
    return h("div", { class: "meter" }, h("span", {}, label),
      limit ? h("meter", { min: "0", max: String(limit), value: String(value), "aria-label": label }) : h("span", {}),
      h("span", { class: "nowrap" }, limit ? `${value} of ${limit}` : `${value}, no limit`));
  };
  return card(`Plan: ${name}`, h("div", { class: "meters" },
    row("Licenses", "licenses"), row("API keys", "keys"), row("People", "users"), row("Domains", "hostnames")));
}
