// The audit log, and the proof that it is unbroken.

import { address, get } from "./api.mjs";
import { badge, button, card, h, paged, say, show, table, when } from "./dom.mjs";

export async function draw(place) {
  const asked = { action: "", actor: "", subject: "" };
  const log = await paged((cursor) => get(address("/api/v1/audit", { ...asked, cursor })), list);
  const filter = (name, label) => {
    const input = h("input", { id: `filter-${name}`, autocomplete: "off" });
    input.addEventListener("change", () => {
      asked[name] = input.value.trim();
      log.reload().catch((problem) => say(problem.message));
    });
    return h("div", { class: "field" }, h("label", { for: input.id }, label), input);
  };
  const proof = h("p", { class: "lead", role: "status" }, "Every entry holds the hash of the one before it.");
  const check = button("Check the chain", async () => {
    const told = await get("/api/v1/audit/check");
    show(proof, badge(told.unbroken ? "good" : "bad", told.unbroken ? "Unbroken" : "Broken"),
      ` ${told.entries} entries, head ${told.head_hash.slice(0, 16)}…`);
  });
  show(place, h("div", { class: "head" }, proof, check),
    h("div", { class: "filters" }, filter("action", "Action"), filter("actor", "Who"), filter("subject", "What")), card("", log));
}

function list(items) {
  return table("Audit log", [
    ["When", (entry) => when(entry.at)],
    ["Action", (entry) => [h("b", {}, entry.action), h("code", { class: "quiet" }, `#${entry.seq}`)]],
    ["Who", (entry) => h("code", {}, entry.actor)],
    ["What", (entry) => h("code", {}, entry.subject)],
    ["Details", (entry) => h("details", {}, h("summary", {}, "Show"), h("pre", { tabindex: "0" }, JSON.stringify(entry.detail, null, 1)))],
  ], items, "There are no such entries.");
}
