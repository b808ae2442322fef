// Links from mails: the token stands behind the `#`, so no server and no log sees it before it is redeemed by a press.

import { post } from "./api.mjs";
import { button, h, say, show } from "./dom.mjs";
import { form } from "./form.mjs";

export function draw(place) {
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (!token) return over(place, "This link is not whole. Open it from the mail again.");
  return place.dataset.page === "invitation" ? invitation(place, token) : link(place, token);
}

/// Only paths of this host; who came from nowhere begins at the overview.
const arrive = ({ return_to: path }) => location.replace(/^\/[^/\\]/.test(path || "") ? path : "/overview");

function over(place, text) {
  show(place, h("p", { class: "wrong", role: "alert" }, text), h("p", {}, h("a", { href: "/login" }, "Get a new link")));
}

/// Not redeemed by itself: programs that look into mails open links, too.
function link(place, token) {
  show(place, h("p", {}, "Your link is ready."), h("div", { class: "actions" }, button("Sign in", async () => {
    try {
      arrive(await post("/api/v1/auth/link/redeem", { token }));
    } catch (problem) {
      over(place, problem.message);
      say(problem.message);
    }
  }, { class: "main", id: "redeem" })));
  document.getElementById("redeem").focus();
}

function invitation(place, token) {
  show(place, h("p", {}, "You are invited. How shall others call you?"), form({
    fields: [{ name: "name", label: "Your name", autocomplete: "name", full: true }],
    action: "Join",
    send: async ({ name }) => arrive(await post("/api/v1/invitations/accept", { token, name })),
  }));
}
