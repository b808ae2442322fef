// Elements, made from values. Data becomes text, never markup.

/// An element. `props`: attributes; `on*` functions are listeners; false and null are left out.
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function show(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
}

/// Tells people what happened, aloud for those who listen.
export function say(text) {
  const place = document.getElementById("said");
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.classList.remove("shown"), 5000);
}

export const badge = (kind, text) => h("span", { class: `badge ${kind}` }, text);

/// An instant in the reader's own time; the exact one when pointed at.
export function when(instant) {
  if (!instant) return h("span", { class: "quiet" }, "–");
  const shown = new Date(instant).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return h("time", { datetime: instant, title: instant }, shown);
}

export function day(instant) {
  if (!instant) return h("span", { class: "quiet" }, "no end");
  const shown = new Date(instant).toLocaleDateString(undefined, { dateStyle: "medium" });
  return h("time", { datetime: instant, title: instant }, shown);
}

/// A name in words: `unknown_address` is "unknown address".
export const words = (name) => name.replaceAll("_", " ");

export function card(title, ...children) {
  return h("section", { class: "card" }, title && h("h2", {}, title), ...children);
}

export const empty = (text) => h("p", { class: "empty" }, text);

export function button(text, press, props) {
  const element = h("button", { type: "button", class: "plain", ...props }, text);
  element.addEventListener("click", async () => {
    element.disabled = true;
    try {
      await press(element);
    } catch (problem) {
      say(problem.message);
    } finally {
      element.disabled = false;
    }
  });
  return element;
}

/// Columns: `[title, (item) => node]`. On narrow screens every cell tells its title.
export function table(caption, columns, items, none) {
  if (!items.length) return empty(none);
  const head = h("tr", {}, columns.map(([title]) => h("th", { scope: "col", class: title ? null : "end" }, title || h("span", { class: "unseen" }, "Actions"))));
  const row = (item) => h("tr", {}, columns.map(([title, cell]) => h("td", { "data-label": title, class: title ? null : "end" }, h("div", {}, cell(item)))));
  return h("div", { class: "scroll" },
    h("table", {}, h("caption", { class: "unseen" }, caption), h("thead", {}, head), h("tbody", {}, items.map(row))));
}

/// A list that is read page by page.
export function paged(read, draw) {
  const place = h("div", { class: "paged" });
  let items = [];
  const more = async (cursor) => {
    const page = await read(cursor);
    items = cursor ? items.concat(page.items) : page.items;
    const next = page.next_cursor && h("p", { class: "more" }, button("Show more", () => more(page.next_cursor)));
    show(place, draw(items), next);
  };
  place.reload = () => more("");
  return place.reload().then(() => place);
}

/// A dialog; `build` is given a function that closes it. The keyboard stays inside, Escape leaves.
export function dialog(title, build) {
  const element = h("dialog", { "aria-labelledby": "dialog-title" });
  const close = () => element.close();
  element.append(h("h2", { id: "dialog-title" }, title), ...[build(close)].flat(Infinity).filter(Boolean));
  element.addEventListener("close", () => element.remove());
  document.body.append(element);
  element.showModal();
}

/// Asks before something is done that cannot be undone.
export function confirmed(title, text, action, act) {
  dialog(title, (close) => [
    h("p", {}, text),
    h("div", { class: "actions" },
      button(action, async () => {
        await act();
        close();
      }, { class: "danger" }),
      button("Cancel", close)),
  ]);
}

export function copyable(text, label) {
  return h("div", { class: "copy" }, h("code", { tabindex: "0", "aria-label": label }, text),
    button("Copy", async (pressed) => {
      await navigator.clipboard.writeText(text);
      pressed.textContent = "Copied";
    }));
}
