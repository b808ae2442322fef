// People, their roles, and invitations.

import { address, get, post, put, remove } from "./api.mjs";
import { badge, button, card, confirmed, dialog, h, paged, say, show, table, when, words } from "./dom.mjs";
import { form } from "./form.mjs";

export async function draw(place, { user, allows }) {
  const { items: roles } = await get("/api/v1/roles");
  const fitting = roles.filter((role) => role.assignable && role.tenant_kinds.includes(user.tenant_kind));
  const manage = allows("users:manage");
  const read = (path) => (cursor) => get(address(path, { cursor }));
  const people = await paged(read("/api/v1/users"), (items) => list(items, user, fitting, manage, () => people.reload()));
  const invitations = await paged(read("/api/v1/invitations"), (items) => invited(items, manage, () => invitations.reload()));
  show(place, card("People", people),
    manage && card("Invite", invite(fitting, () => invitations.reload())), card("Invitations", invitations),
    card("Roles", table("Roles", [
      ["Role", (role) => h("b", {}, words(role.role))],
      ["For", (role) => role.summary],
    ], fitting, "")));
}

function list(items, user, roles, manage, reload) {
  return table("People", [
    ["Name", (person) => [h("b", {}, person.name), h("span", { class: "quiet" }, person.email)]],
    ["Role", (person) => [words(person.role), person.customers && h("span", { class: "quiet" }, person.customers.join(", "))]],
    ["Since", (person) => when(person.created_at)],
    ["", (person) => manage && person.user_id !== user.user_id && h("div", { class: "row" },
      button("Change", () => change(person, roles, reload)),
      button("Remove", () => confirmed(`Remove ${person.name}?`, "They are signed out everywhere at once.", "Remove", async () => {
        await remove(`/api/v1/users/${person.user_id}`);
        say(`${person.name} is removed.`);
        await reload();
      })))],
  ], items, "There is nobody here yet.");
}

const choices = (roles) => roles.map((role) => [role.role, words(role.role)]);

const customersField = (roles, value) => roles.some((role) => role.lists_customers) && {
  name: "customers", label: "Only these customers", kind: "lines", value, hint: "For roles that look after listed customers: one id a line",
};

function change(person, roles, reload) {
  dialog(`Change ${person.name}`, (close) => form({
    fields: [
      { name: "name", label: "Name", value: person.name },
      { name: "role", label: "Role", kind: "choice", options: choices(roles), value: person.role },
      customersField(roles, person.customers),
    ],
    action: "Save",
    extra: button("Cancel", close),
    send: async (body) => {
      await put(`/api/v1/users/${person.user_id}`, body);
      close();
      say("Saved.");
      await reload();
    },
  }));
}

function invite(roles, reload) {
  return form({
    fields: [
      { name: "email", label: "E-mail address", kind: "email", required: true },
      { name: "role", label: "Role", kind: "choice", options: choices(roles) },
      customersField(roles),
    ],
    action: "Send invitation",
    send: async (body, element) => {
      await post("/api/v1/invitations", { email: "", ...body });
      element.reset();
      say(`An invitation is on its way to ${body.email}.`);
      await reload();
    },
  });
}

function invited(items, manage, reload) {
  const kinds = { open: "calm", accepted: "good", expired: "warn" };
  return table("Invitations", [
    ["To", (one) => [h("b", {}, one.email), h("span", { class: "quiet" }, words(one.role))]],
    ["State", (one) => badge(kinds[one.state] || "calm", one.state)],
    ["Ends", (one) => when(one.expires_at)],
    ["", (one) => manage && one.state === "open" && button("Take back", async () => {
      await remove(`/api/v1/invitations/${one.invitation_id}`);
      say("The invitation no longer works.");
      await reload();
    })],
  ], items, "Nobody is invited at present.");
}
