// The next card without loading a whole page: links and forms of a card fetch their page and put its
// main part in place. Everything works without: what cannot be done here, the browser does itself.
// Nothing is fetched before it is asked for, so that an answer is in no page before it is shown.

const LONGEST_WAIT = 20_000; // milliseconds
const NOT_SAVED = "Not saved yet: there is no connection. Nothing is lost here; try again.";
const NOT_LOADED = "There is no connection. This page stays as it is; try again.";

const base = document.querySelector("script[data-study]").dataset.study;
const main = document.querySelector("main");
const path = (url) => url.pathname + url.search;

let shown = path(location);
let turn = 0; // which request was the last one
let sending = false;

// Pages of cards alone: a list of cards or of ratings has scripts and ways of its own.
function isOfCard(url) {
  if (url.origin !== location.origin || !url.pathname.startsWith(base)) return false;
  const parts = url.pathname.slice(base.length).split("/").filter(Boolean);
  const side = parts[2] ?? "";
  return parts.length === 0 || (parts.length >= 2 && ["", "answer", "result"].includes(side));
}

// Says something in the page's own place for messages, which stays when the rest is replaced.
function say(words) {
  const flash = document.createElement("p");
  flash.className = "flash flash-warning";
  flash.textContent = words;
  main.querySelector(".flashes").replaceChildren(flash);
  flash.scrollIntoView({ block: "nearest" });
}

// What the other page needs in its head and this one has not.
function adopt(head) {
  const has = (name, value) => document.head.querySelector(`[${name}="${CSS.escape(value)}"]`);
  for (const sheet of head.querySelectorAll("link[rel=stylesheet]")) {
    if (!has("href", sheet.getAttribute("href"))) document.head.append(document.importNode(sheet));
  }
  for (const script of head.querySelectorAll("script[src]")) {
    const address = script.getAttribute("src");
    if (has("src", address)) continue;
    const copy = document.createElement("script"); // one that was parsed never runs
    for (const { name, value } of script.attributes) copy.setAttribute(name, value);
    document.head.append(copy);
  }
}

function settle() {
  const answer = main.querySelector("#answer");
  if (answer) {
    answer.scrollIntoView({ behavior: "instant" });
    answer.focus({ preventScroll: true });
    return;
  }
  window.scrollTo({ top: 0, behavior: "instant" });
  const stem = main.querySelector(".stem, h1") ?? main;
  if (!stem.hasAttribute("tabindex")) stem.tabIndex = -1;
  stem.focus({ preventScroll: true });
}

function put(page) {
  adopt(page.head);
  document.title = page.title;
  const next = document.adoptNode(page.querySelector("main"));
  const [said, news] = [main.querySelector(".flashes"), next.querySelector(".flashes")];
  // A screen reader hears what is put into a place for messages, not a place that comes anew.
  for (const child of [...main.children]) if (child !== said) child.remove();
  said.replaceChildren(...news.childNodes);
  news.remove();
  main.append(...next.childNodes);
  main.className = next.className;
  const back = "[data-theme-switch] input[name=next]";
  document.querySelector(back).value = page.querySelector(back).value;
  settle();
  document.dispatchEvent(new Event("study:shown"));
}

// Fetches a page and shows it. `instead` lets the browser do the same by itself.
async function show(request, { words, instead, remember }) {
  const own = ++turn;
  main.setAttribute("aria-busy", "true");
  try {
    let response, html;
    try {
      response = await fetch(request.url, { ...request, signal: AbortSignal.timeout(LONGEST_WAIT) });
      html = await response.text();
    } catch {
      if (own === turn) say(words);
      return;
    }
    if (own !== turn) return; // the learner has gone elsewhere meanwhile
    const url = new URL(response.url);
    if (!response.ok) {
      instead();
      return;
    }
    const page = new DOMParser().parseFromString(html, "text/html");
    if (!url.pathname.startsWith(base) || !page.querySelector("main .flashes")) {
      location.assign(url);
      return;
    }
    // A fragment is lost on the way; where nothing led elsewhere, it is still the one asked for.
    if (path(url) === path(new URL(request.url))) url.hash = new URL(request.url).hash;
    remember(url);
    shown = path(url);
    put(page);
  } finally {
    if (own === turn) main.removeAttribute("aria-busy");
  }
}

function go(url) {
  if (path(url) === shown) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("main a[href]");
  if (!link || event.defaultPrevented || event.button) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (!isOfCard(url) || path(url) === shown) return;
  event.preventDefault();
  if (sending) return;
  show({ url: url.href }, { words: NOT_LOADED, instead: () => location.assign(url), remember: go });
});

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  // Attributes, because a form's fields hide its properties of the same name, such as `action`.
  if (event.defaultPrevented || !form.closest("main") || form.getAttribute("method") !== "post") return;
  const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  const url = new URL(address, location.href);
  if (url.origin !== location.origin || !url.pathname.startsWith(base)) return;
  event.preventDefault();
  if (sending) return; // one rating a card: a second press must not send another
  sending = true;
  const body = new URLSearchParams(new FormData(form, submitter));
  try {
    await show(
      { url: url.href, method: "POST", body, keepalive: true }, // also where the page is left meanwhile
      { words: NOT_SAVED, instead: () => sendWhole(form, submitter), remember: go },
    );
  } finally {
    sending = false;
  }
});

// Has the browser send a form again and show what comes of it, such as the page of an error. What
// was saved already is not saved twice: each form names its place in the card's log.
function sendWhole(form, submitter) {
  if (submitter?.name) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(field);
  }
  if (submitter?.hasAttribute("formaction")) form.setAttribute("action", submitter.getAttribute("formaction"));
  HTMLFormElement.prototype.submit.call(form);
}

window.addEventListener("popstate", () => {
  if (path(location) === shown) return; // a fragment of this page
  show(
    { url: location.href },
    { words: NOT_LOADED, instead: () => location.reload(), remember: (url) => history.replaceState(null, "", url) },
  );
});
