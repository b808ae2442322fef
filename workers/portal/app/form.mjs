// Forms: fields named by the pointers of the API, so that what is wrong is told beside the field that it is about.

import { h, say } from "./dom.mjs";

let count = 0;

/// Fields: `{ name, label, kind, hint, value, options, required, full, spoken }`. `name` is the pointer without its first slash.
/// `send` is given the values; a refusal is shown beside its fields.
export function form({ fields, action, send, extra, compact }) {
  const known = fields.filter(Boolean).map(field);
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const submit = h("button", { type: "submit", class: "main" }, action);
  const element = h("form", { novalidate: true, class: compact ? "compact" : "" },
    wrong, h("div", { class: "fields" }, known.map((one) => one.element)), h("div", { class: "actions" }, submit, extra));
  element.values = () => values(known);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    clear(known, wrong);
    submit.disabled = true;
    try {
      await send(values(known), element);
    } catch (problem) {
      tell(known, wrong, problem);
    } finally {
      submit.disabled = false;
    }
  });
  return element;
}

function field(options) {
  const id = `field-${(count += 1)}`;
  const { name, label, kind = "text", hint } = options;
  const input = control(id, options);
  const note = h("p", { class: "wrong", id: `${id}-wrong`, hidden: true });
  const about = [hint && `${id}-hint`, `${id}-wrong`].filter(Boolean).join(" ");
  input.setAttribute("aria-describedby", about);
  if (options.spoken) input.setAttribute("aria-label", options.spoken);
  const hinted = hint && h("p", { class: "hint", id: `${id}-hint` }, hint);
  const element = kind === "check"
    ? h("div", { class: "field check" }, input, h("label", { for: id }, label), hinted, note)
    : kind === "checks"
      ? h("fieldset", { class: "field full" }, h("legend", {}, label), input, hinted, note)
      : h("div", { class: options.full || kind === "lines" || kind === "long" ? "field full" : "field" },
        h("label", { for: id }, label, options.required && h("span", { class: "unseen" }, " (required)")), input, hinted, note);
  return { name, kind, input, note, element };
}

function control(id, { kind = "text", value, options, required, rows, autocomplete, placeholder }) {
  const common = { id, required, autocomplete: autocomplete || "off" };
  switch (kind) {
    case "long":
    case "lines": {
      const text = kind === "lines" ? (value || []).join("\n") : value || "";
      const area = h("textarea", { ...common, rows: rows || 3, spellcheck: "false", placeholder });
      area.value = text;
      return area;
    }
    case "choice": {
      const select = h("select", common, options.map(([name, label]) => h("option", { value: name }, label)));
      if (value !== undefined && value !== null) select.value = value;
      return select;
    }
    case "check":
      return h("input", { id, type: "checkbox", checked: Boolean(value) });
    case "checks":
      return h("div", { id, class: "checks" }, options.map(([name, label]) => h("label", {},
        h("input", { type: "checkbox", value: name, checked: (value || []).includes(name) }), label || name)));
    default: {
      const input = h("input", { ...common, type: kind, placeholder });
      if (value !== undefined && value !== null) input.value = value;
      return input;
    }
  }
}

/// What was entered, as the API wants it: nested by pointer, what is empty left out.
function values(known) {
  const all = {};
  for (const { name, kind, input } of known) {
    const value = entered(kind, input);
    if (value === undefined || !name) continue;
    const path = name.split("/");
    const last = path.pop();
    const inner = path.reduce((object, part) => (object[part] ??= {}), all);
    inner[last] = value;
  }
  return all;
}

function entered(kind, input) {
  switch (kind) {
    case "check":
      return input.checked;
    case "checks":
      return [...input.querySelectorAll("input:checked")].map((box) => box.value);
    case "lines": {
      const lines = input.value.split("\n").map((line) => line.trim()).filter(Boolean);
      return lines.length ? lines : undefined;
    }
    case "number":
      return input.value === "" ? undefined : Number(input.value);
    case "color":
      return input.dataset.unset ? undefined : input.value;
    default:
      return input.value === "" ? undefined : input.value;
  }
}

function clear(known, wrong) {
  wrong.hidden = true;
  for (const { input, note } of known) {
    note.hidden = true;
    input.removeAttribute("aria-invalid");
  }
}

/// Every error beside its field; what has none stands above the form.
function tell(known, wrong, problem) {
  const rest = [];
  let first = null;
  for (const { pointer, detail } of problem.fields || []) {
    const path = pointer.replace(/^[/?]/, "");
    const target = known.find(({ name }) => name && (path === name || path.startsWith(`${name}/`)));
    if (!target) {
      rest.push(path ? `${path}: ${detail}` : detail);
      continue;
    }
    const line = path.slice(target.name.length).match(/^\/(\d+)$/);
    target.note.textContent = line && target.kind === "lines" ? `Line ${Number(line[1]) + 1}: ${detail}` : sentence(detail);
    target.note.hidden = false;
    target.input.setAttribute("aria-invalid", "true");
    first ??= target.input;
  }
  if (!problem.fields?.length || rest.length) {
    wrong.textContent = rest.length ? rest.join("; ") : problem.message;
    wrong.hidden = false;
  }
  if (first) first.focus();
  else if (!wrong.hidden) wrong.scrollIntoView({ block: "nearest" });
  if (!problem.fields && !wrong.hidden) say(wrong.textContent);
}

const sentence = (text) => `This ${text}`.replace(/^This (This|The|At|A|An|No) /, "$1 ");
