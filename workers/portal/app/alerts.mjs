// Alerts: what is unusual about keys, filtered and acknowledged.

import { address, get, post } from "./api.mjs";
import { badge, button, card, dialog, h, paged, say, show, table, when, words } from "./dom.mjs";
import { form } from "./form.mjs";

const RULES = ["unknown_address", "unknown_host", "unknown_fingerprint", "unusual_rate", "outside_business_hours", "cross_tenant", "refused"];
const TRUSTED = RULES.slice(0, 3);
const GRAVE = { high: "bad", medium: "warn", low: "calm" };

export async function draw(place, { allows }) {
  const asked = { state: "open", rule: "", severity: "" };
  const alerts = await paged(
    (cursor) => get(address("/api/v1/alerts", { ...asked, cursor })),
    (items) => list(items, allows("alerts:manage"), () => alerts.reload()));
  const filter = (name, label, options) => {
    const select = h("select", { id: `filter-${name}` }, options.map(([value, text]) => h("option", { value }, text)));
    select.addEventListener("change", () => {
      asked[name] = select.value;
      alerts.reload().catch((problem) => say(problem.message));
    });
    return h("div", { class: "field" }, h("label", { for: select.id }, label), select);
  };
  const any = ["", "Any"];
  show(place, h("div", { class: "filters" },
    filter("state", "State", [["open", "Open"], ["acknowledged", "Acknowledged"], any]),
    filter("rule", "What", [any, ...RULES.map((rule) => [rule, words(rule)])]),
    filter("severity", "Severity", [any, ["high", "High"], ["medium", "Medium"], ["low", "Low"]])),
  card("", alerts));
}

function list(items, manage, reload) {
  return table("Alerts", [
    ["What", (alert) => [badge(GRAVE[alert.severity] || "calm", alert.severity), h("b", {}, words(alert.rule)), alert.value && h("code", { class: "quiet" }, alert.value)]],
    ["Key", (alert) => (alert.key_id ? h("code", {}, alert.key_id) : "–")],
    ["Calls", (alert) => String(alert.calls)],
    ["Last", (alert) => when(alert.last_at)],
    ["", (alert) => (alert.state === "open"
      ? manage && button("Acknowledge", () => acknowledge(alert, reload))
      : h("span", { class: "quiet" }, "Noted ", when(alert.acknowledged_at)))],
  ], items, "Nothing unusual.");
}

function acknowledge(alert, reload) {
  dialog(words(alert.rule), (close) => [
    h("p", {}, `First `, when(alert.first_at), `, ${alert.calls} calls.`),
    h("pre", { tabindex: "0" }, JSON.stringify(alert.detail, null, 1)),
    form({
      fields: [
        { name: "note", label: "Note", full: true },
        TRUSTED.includes(alert.rule) && alert.value && { name: "trust", label: `${alert.value} is usual for this key from now on`, kind: "check" },
      ],
      action: "Acknowledge",
      extra: button("Cancel", close),
      send: async (body) => {
        await post(`/api/v1/alerts/${alert.alert_id}/acknowledge`, body);
        close();
        say("Noted.");
        await reload();
      },
    }),
  ]);
}
