// Tenants below one's own: where they are, how they stand, and support access that they can see and end.

import { address, get, post } from "./api.mjs";
import { badge, button, card, dialog, h, paged, say, show, table, when } from "./dom.mjs";
import { form } from "./form.mjs";

const TIMES = [["30", "30 minutes"], ["60", "an hour"], ["240", "4 hours"], ["480", "8 hours"]];

export async function draw(place, { allows }) {
  const tenants = await paged(
    (cursor) => get(address("/api/v1/tenants", { cursor })),
    (items) => list(items, allows("support:access"), allows("tenant:manage"), () => tenants.reload()));
  show(place, card("Tenants", tenants));
}

function list(items, help, manage, reload) {
  return table("Tenants", [
    ["Name", (one) => [h("b", {}, one.name), h("a", { href: one.tenant_url, class: "quiet" }, one.tenant_id)]],
    ["Kind", (one) => one.kind],
    ["Region", (one) => String(one.region).toUpperCase()],
    ["State", (one) => badge(one.status === "active" ? "good" : "bad", one.status)],
    ["", (one) => h("div", { class: "row" },
      help && one.status === "active" && button("Support", () => support(one)),
      manage && button(one.status === "active" ? "Suspend" : "Reactivate", () => standing(one, reload)))],
  ], items, "There are no tenants below yours yet.");
}

function support(tenant) {
  dialog(`Support for ${tenant.name}`, (close) => form({
    fields: [
      { name: "reason", label: "Why", full: true, required: true, hint: "They read it, and can end your access at any time." },
      { name: "minutes", label: "For", kind: "choice", options: TIMES, value: "60" },
    ],
    action: "Get access",
    extra: button("Cancel", close),
    send: async ({ reason, minutes }) => {
      const made = await post(`/api/v1/tenants/${tenant.tenant_id}/support`, { reason: reason || "", minutes: Number(minutes) });
      close();
      dialog("Your way in", (leave) => [
        h("p", {}, "The link signs you in once, within 15 minutes. Your access ends ", when(made.expires_at), "."),
        h("div", { class: "actions" }, h("a", { class: "main button", href: made.url, target: "_blank", rel: "noopener" }, `Open ${tenant.name}`), button("Close", leave)),
      ]);
    },
  }));
}

function standing(tenant, reload) {
  const [step, title, done] = tenant.status === "active"
    ? ["suspend", "Suspend", "is suspended: its licenses stop within seconds."] : ["reactivate", "Reactivate", "is active again."];
  dialog(`${title} ${tenant.name}`, (close) => form({
    fields: [{ name: "reason", label: "Why", full: true, hint: "For the log" }],
    action: title,
    extra: button("Cancel", close),
    send: async (body) => {
      await post(`/api/v1/tenants/${tenant.tenant_id}/${step}`, body);
      close();
      say(`${tenant.name} ${done}`);
      await reload();
    },
  }));
}
