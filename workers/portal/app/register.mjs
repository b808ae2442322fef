// A company signs up: the form, the TXT record, and "check now" until it is seen.

import { post } from "./api.mjs";
import { copyable, h, say, show, when } from "./dom.mjs";
import { form } from "./form.mjs";

const REGIONS = [["eu", "European Union"], ["us", "United States"], ["apac", "Asia-Pacific"]];
const PLANS = [["free", "Free"], ["startup", "Startup"], ["professional", "Professional"], ["enterprise", "Enterprise"]];

export function draw(place) {
  show(place, form({
    fields: [
      { name: "company/name", label: "Company", autocomplete: "organization", required: true },
      { name: "company/domain", label: "Domain", hint: "Yours in public DNS: acme.com", placeholder: "acme.com", required: true },
      { name: "company/country", label: "Country", hint: "Two letters: DE", autocomplete: "country", required: true },
      { name: "company/tax_id", label: "Tax number (optional)" },
      { name: "tenant/id", label: "Short name", hint: "The first part of your address: acme", required: true },
      { name: "tenant/region", label: "Where your records live, for good", kind: "choice", options: REGIONS },
      { name: "tenant/plan", label: "Plan", kind: "choice", options: PLANS },
      { name: "admin/name", label: "Your name", autocomplete: "name", required: true },
      { name: "admin/email", label: "Your e-mail address", kind: "email", autocomplete: "email", required: true },
    ],
    action: "Register",
    send: async (body) => waiting(place, await post("/api/v1/tenants/register", body)),
  }));
}

function waiting(place, answer) {
  const { dns_record: record } = answer.verification;
  const told = h("p", { role: "status" }, "");
  const heading = h("h2", { tabindex: "-1" }, "Show that the domain is yours");
  const check = form({
    fields: [],
    action: "Check now",
    send: async () => {
      const seen = await post("/api/v1/tenants/verify", {
        tenant_id: answer.tenant_id, verification_token: record.value, setup_token: answer.setup_token,
      });
      if (seen.status === "verified") return verified(place, seen);
      told.textContent = `Not seen yet: ${seen.detail || "DNS takes a while"}. We look again by ourselves.`;
      return undefined;
    },
  });
  show(place, heading,
    h("p", {}, "Set this record in your DNS. It may take some minutes until it can be seen."),
    h("dl", { class: "record" },
      h("dt", {}, "Type"), h("dd", {}, h("code", {}, record.kind || record.type)),
      h("dt", {}, "Name"), h("dd", {}, copyable(record.name, "Name of the record")),
      h("dt", {}, "Value"), h("dd", {}, copyable(record.value, "Value of the record"))),
    h("p", { class: "quiet" }, "We look for it until ", when(answer.expires_at), "."), told, check);
  heading.focus();
}

function verified(place, answer) {
  say("The domain is yours.");
  const heading = h("h2", { tabindex: "-1" }, "Welcome");
  show(place, heading,
    h("p", {}, "Your address is ", h("a", { href: answer.tenant_url }, answer.tenant_url), ". An invitation is in your mail."),
    answer.api_key && [h("p", {}, "Your first API key. It is shown this once:"), copyable(answer.api_key, "API key")],
    h("p", {}, h("a", { class: "main button", href: answer.admin_login || answer.tenant_url }, "Go there")));
  heading.focus();
}
