// Hosts: the default one, domains of one's own, how far they have come, and the DNS records they need.

import { get, post, put, remove } from "./api.mjs";
import { badge, button, card, confirmed, copyable, dialog, h, paged, say, show, when, words } from "./dom.mjs";
import { form } from "./form.mjs";

const STATES = {
  pending_proof: ["warn", "Waits for your DNS record"], proved: ["calm", "Proved"], requested: ["calm", "Requested"],
  pending_validation: ["warn", "Waits for the platform"], active: ["good", "In service"], failed: ["bad", "Given up"], removing: ["calm", "Being removed"],
};
const PURPOSES = {
  proof: "Shows that the domain is yours", routing: "Leads requests here",
  ownership: "Shows the platform that it may serve the domain", certificate: "Lets the certificate be issued",
};

export async function draw(place) {
  const hosts = await paged(
    async () => {
      const answer = await get("/api/v1/hostnames");
      return { items: answer.items || answer };
    },
    (items) => items.map((host) => one(host, () => hosts.reload())));
  const add = form({
    compact: true,
    fields: [{ name: "host", label: "A domain of your own", placeholder: "licenses.acme.com", required: true }],
    action: "Add",
    send: async ({ host }, element) => {
      await post("/api/v1/hostnames", { host: host || "" });
      element.reset();
      say("Set the record, and it goes on by itself.");
      await hosts.reload();
    },
  });
  show(place, card("Add a domain", add), hosts);
}

function one(host, reload) {
  const path = `/api/v1/hostnames/${encodeURIComponent(host.host)}`;
  const own = (host.dns_records || []).length > 0 || host.state !== "active" || host.hostname_status;
  const actions = own && h("div", { class: "row" },
    host.state !== "active" && button("Check now", async () => {
      await post(`${path}/verify`);
      say("Looked at.");
      await reload();
    }),
    button("Certificate", () => certificate(path, host.host)),
    button("Remove", () => confirmed(`Remove ${host.host}?`, "It no longer leads here, and its certificate is deleted.", "Remove", async () => {
      await remove(path);
      say(`${host.host} is removed.`);
      await reload();
    })));
  return h("section", { class: "card" },
    h("div", { class: "head" }, h("h2", {}, host.host), badge(...(STATES[host.state] || ["calm", words(host.state)]))),
    host.reason && h("p", { class: "quiet inset" }, words(String(host.reason.kind || host.reason))),
    (host.errors || []).map((text) => h("p", { class: "wrong inset" }, text)),
    records(host.dns_records || []),
    h("div", { class: "foot" }, h("span", { class: "quiet" }, host.next_check_at && ["Next look: ", when(host.next_check_at)]), actions));
}

function records(list) {
  return list.map(({ purpose, ...record }) => h("div", { class: "inset" },
    h("p", { class: "hint" }, PURPOSES[purpose] || purpose),
    h("dl", { class: "record" },
      h("dt", {}, "Type"), h("dd", {}, h("code", {}, record.kind || record.type)),
      h("dt", {}, "Name"), h("dd", {}, copyable(record.name, "Name of the record")),
      h("dt", {}, "Value"), h("dd", {}, copyable(record.value, "Value of the record")))));
}

function certificate(path, host) {
  dialog(`Your own certificate for ${host}`, (close) => form({
    fields: [
      { name: "certificate", label: "Certificate and chain (PEM)", kind: "long", rows: 6 },
      { name: "private_key", label: "Private key (PEM)", kind: "long", rows: 6, hint: "Handed on, and kept nowhere here." },
    ],
    action: "Use it",
    extra: button("Cancel", close),
    send: async (body) => {
      await put(`${path}/certificate`, { certificate: "", private_key: "", ...body });
      close();
      say("The certificate is handed on.");
    },
  }));
}
