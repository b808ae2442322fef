// The brand: colors, texts, images and a style sheet, with what comes of it before it is saved.

import { get, put, remove } from "./api.mjs";
import { button, card, h, say, show } from "./dom.mjs";
import { form } from "./form.mjs";

const PATH = "/api/v1/branding";

export async function draw(place) {
  const told = await get(PATH);
  const { branding, effective, inherits_from: above } = told;
  const notes = h("ul", { class: "notes", "aria-live": "polite" });
  const color = (name, label, fallback) => ({
    name, label, value: branding[name], placeholder: effective[name] || fallback, hint: inherited(branding, effective, name, above),
  });
  const text = (name, label, more) => ({
    name, label, value: branding[name], placeholder: effective[name], hint: inherited(branding, effective, name, above), ...more,
  });
  const support = branding.support || {};
  const theirs = effective.support || {};
  const element = form({
    fields: [
      text("company_name", "Company name", { placeholder: told.name }),
      text("tagline", "A line under the name"),
      color("primary_color", "Primary color", "#2446c8"),
      color("accent_color", "Accent color", "#0aa5a0"),
      color("background_color", "Background color", "#f5f6f9"),
      text("login_banner", "Told above the sign-in form", { full: true }),
      { name: "support/email", label: "Help by mail", kind: "email", value: support.email, placeholder: theirs.email },
      { name: "support/url", label: "Help on the web", kind: "url", value: support.url, placeholder: theirs.url || "https://" },
      { name: "support/phone", label: "Help by telephone", kind: "tel", value: support.phone, placeholder: theirs.phone },
      text("custom_css", "Style sheet", { kind: "long", rows: 8, hint: "For header, footer and the public page. Letters, colors, lines and distances; no addresses, no positions." }),
    ],
    action: "Save",
    send: async (body) => {
      await put(PATH, body);
      say("Saved. Pages show it within seconds.");
      setTimeout(() => location.reload(), 800);
    },
  });
  swatches(element);
  element.append(notes);
  live(element, notes);
  show(place, card("Images", images(told)), card("Colors and texts", element), card("Preview", preview(element, told)));
}

const inherited = (branding, effective, name, above) =>
  (above && !branding[name] && effective[name] ? `Comes from ${above}` : null);

/// A patch of the color beside the text of each color.
function swatches(element) {
  for (const label of element.querySelectorAll("label")) {
    if (!/color/i.test(label.textContent)) continue;
    const input = element.querySelector(`#${label.htmlFor}`);
    const picker = h("input", { type: "color", class: "swatch", "aria-label": `Pick: ${label.textContent}`, value: hex(input.value || input.placeholder) });
    picker.addEventListener("input", () => {
      input.value = picker.value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    input.addEventListener("input", () => {
      picker.value = hex(input.value || input.placeholder);
    });
    input.before(h("span", { class: "colored" }));
    input.previousSibling.append(picker, input);
  }
}

const hex = (text) => (/^#[0-9a-f]{6}$/i.test(text) ? text.toLowerCase() : "#000000");

/// Asks what would come of it, a moment after the last key.
function live(element, notes) {
  let timer;
  const check = async () => {
    try {
      const { warnings = [] } = await put(`${PATH}?check=true`, element.values());
      show(notes, warnings.map((text) => h("li", {}, `Left out: ${text}`)));
    } catch (problem) {
      show(notes, (problem.fields || []).map(({ pointer, detail }) => h("li", { class: "wrong" }, `${pointer.slice(1)}: ${detail}`)));
    }
  };
  element.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, 400);
  });
}

/// Drawn with attributes of SVG: pages have no styles of their own.
function preview(element, told) {
  const space = "http://www.w3.org/2000/svg";
  const draw = (tag, attributes, text) => {
    const shape = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    if (text) shape.textContent = text;
    return shape;
  };
  const place = h("div", { class: "preview" });
  const paint = () => {
    const values = { ...told.effective, ...element.values() };
    const [primary, accent, ground] = [values.primary_color || "#2446c8", values.accent_color || "#0aa5a0", values.background_color || "#f5f6f9"].map(hex);
    const ink = light(primary) ? "#10131a" : "#ffffff";
    const svg = draw("svg", { viewBox: "0 0 640 220", role: "img", "aria-label": "Preview of the page" });
    const fade = draw("linearGradient", { id: "fade" });
    fade.append(draw("stop", { offset: "55%", "stop-color": primary }), draw("stop", { offset: "160%", "stop-color": accent }));
    const defs = draw("defs", {});
    defs.append(fade);
    svg.append(defs, draw("rect", { width: 640, height: 220, fill: ground }), draw("rect", { width: 640, height: 110, fill: "url(#fade)" }),
      draw("text", { x: 40, y: 58, fill: ink, "font-size": 26, "font-weight": 650 }, values.company_name || told.name),
      draw("text", { x: 40, y: 84, fill: ink, "font-size": 14, opacity: ".9" }, values.tagline || ""),
      draw("rect", { x: 40, y: 100, width: 560, height: 100, rx: 12, fill: "#ffffff", stroke: "#e2e5ec" }),
      draw("rect", { x: 64, y: 150, width: 120, height: 30, rx: 8, fill: primary }),
      draw("text", { x: 124, y: 170, fill: ink, "font-size": 13, "text-anchor": "middle" }, "Sign in"),
      draw("text", { x: 64, y: 132, fill: "#171b26", "font-size": 14 }, (values.login_banner || "What people read when they sign in").slice(0, 70)));
    show(place, svg);
  };
  element.addEventListener("input", paint);
  paint();
  return place;
}

function light(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255).map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) ** 2 > 1.05 * 0.0565;
}

function images(told) {
  return h("div", { class: "images" }, image("logo", "Logo", told.logo, told.inherits_from), image("favicon", "Icon in the tab", told.favicon, told.inherits_from));
}

function image(kind, label, shown, above) {
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const input = h("input", { type: "file", id: `image-${kind}`, class: "unseen", accept: ".png,.jpg,.jpeg,.webp,.ico,.svg" });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    wrong.hidden = true;
    try {
      const { warnings = [] } = await put(`${PATH}/${kind}`, { data: await base64(file) });
      say(warnings.length ? `Saved. Left out: ${warnings.join("; ")}` : "Saved.");
      location.reload();
    } catch (problem) {
      wrong.textContent = (problem.fields || []).map(({ detail }) => `The image ${detail}.`).join(" ") || problem.message;
      wrong.hidden = false;
    }
  });
  const path = shown && new URL(shown.url, location.href);
  return h("div", { class: "image" },
    h("div", { class: "frame" }, path ? h("img", { src: path.pathname + path.search, alt: `The ${kind} at present` }) : h("span", { class: "quiet" }, "none")),
    h("div", {}, h("h3", {}, label),
      h("p", { class: "hint" }, shown?.inherited ? `Comes from ${above}` : "PNG, JPEG, WebP, ICO or SVG, up to 48 KB"),
      h("div", { class: "row" }, h("label", { class: "plain button", for: `image-${kind}` }, "Choose a file"), input,
        shown && !shown.inherited && button("Remove", async () => {
          await remove(`${PATH}/${kind}`);
          location.reload();
        })), wrong));
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
