// Saves an exam's answer while it is given, and says that it is saved. One request at a time, the latest
// answer wins; what could not be sent is sent again. Works without: then buttons save.

const LONGEST_WAIT = 15_000; // milliseconds
const TYPING_PAUSE = 800;
const SLOW = 600; // what takes longer is said to be under way
const RETRIES = [1000, 2000, 4000, 8000, 15_000, 30_000];

const form = document.querySelector("[data-exam]");
const find = (what) => form.querySelector(what);
const stateOf = find("[data-save-state]");
const words = find("[data-save-words]");
const stale = find("[data-stale]");
const version = form.elements.version;
const order = find("[data-order]");

let saved = form.hasAttribute("data-unsaved") ? null : answer(); // the answer that the server has
let sending = null;
let timer = 0;
let failures = 0;
let waits = ""; // why an answer waits: "offline", "stale" or "refused"
let leaving = false;

// What is given by now, as text; nothing where nothing is.
function answer() {
  if (order && "untouched" in order.dataset) return "";
  const all = [...new FormData(form)].filter(([name]) => name === "chosen" || name.startsWith("place-"));
  if (!all.some(([, value]) => value.trim())) return "";
  const sure = find("[name=confidence]:checked");
  return new URLSearchParams([...all, ...(sure ? [["confidence", sure.value]] : [])]).toString();
}

const isSaved = () => answer() === saved || (!answer() && !Number(version.value));

function say(state, text) {
  stateOf.dataset.saveState = state;
  if (words.textContent !== text) words.textContent = text;
}

function body(given) {
  const all = new URLSearchParams(given);
  for (const name of ["csrf_token", "shown", "version"]) all.set(name, form.elements[name].value);
  return all;
}

function send(given) {
  return fetch(given ? form.dataset.saveUrl : find("[data-clear]").getAttribute("formaction"), {
    method: "POST",
    headers: { Accept: "application/json" },
    body: body(given),
    keepalive: true, // also where the page is left meanwhile
    signal: AbortSignal.timeout(LONGEST_WAIT),
  });
}

function leave(url) {
  leaving = true;
  location.assign(url);
}

function kept(given, reply) {
  version.value = reply.version;
  saved = given;
  failures = 0;
  waits = "";
  stale.hidden = true;
  find("[data-clear]").hidden = !given;
  document.dispatchEvent(new CustomEvent("quiz:answered", { detail: Boolean(given) }));
  say(given ? "saved" : "open", reply.said);
}

// What a reply means for the answer that was sent; anything that is not understood is sent again later.
function take(status, given, reply) {
  if (status === 200 && "version" in reply) kept(given, reply);
  else if (status === 409) {
    waits = "stale";
    find("[data-stale-words]").textContent = reply.stale;
    stale.dataset.version = reply.version;
    stale.hidden = false;
    say("unsaved", "Not saved: there is another answer");
  } else if (status === 410) leave(reply.url);
  else if (status === 422) {
    waits = "refused";
    say("unsaved", `Not complete yet. ${reply.incomplete ?? ""}`);
  } else if (status >= 500 || status === 429) later("Not saved yet: the server has a problem. Trying again");
  else {
    waits = "refused";
    say("unsaved", "Not saved: this page is out of date. Load it again");
  }
}

function later(text) {
  waits = "offline";
  say("unsaved", text);
  clearTimeout(timer);
  timer = setTimeout(save, RETRIES[Math.min(failures++, RETRIES.length - 1)]);
}

async function sendAll() {
  while (!isSaved()) {
    const given = answer();
    const slow = setTimeout(() => say("unsaved", "Saving …"), SLOW);
    let response;
    try {
      response = await send(given);
    } catch {
      later("Not saved yet: no connection. Trying again");
      return;
    } finally {
      clearTimeout(slow);
    }
    const reply = await response.json().catch(() => ({}));
    take(response.status, given, reply);
    if (waits || leaving) return;
  }
}

// Saves what is not saved yet; gives a promise of whether all of it is then.
function save() {
  clearTimeout(timer);
  sending ??= sendAll().finally(() => {
    sending = null;
  });
  return sending.then(() => isSaved());
}

function changed(pause) {
  if (waits === "stale") return; // the learner decides first which answer stands
  if (waits === "refused") waits = "";
  clearTimeout(timer);
  if (isSaved()) return;
  timer = setTimeout(save, pause);
}

form.addEventListener("input", (event) => changed(event.target.type === "text" ? TYPING_PAUSE : 0));
form.addEventListener("change", () => changed(0));
order?.addEventListener("order:moved", () => changed(0));

// Buttons and leaving -------------------------------------------------------------------------

function clear() {
  for (const input of form.querySelectorAll("[name=chosen], [name=confidence]")) {
    if (["radio", "checkbox"].includes(input.type)) input.checked = false;
    else input.value = "";
  }
  if (order) order.dataset.untouched = "";
  waits = "";
  stale.hidden = true;
  save();
}

async function onward(url) {
  if (await save()) leave(url);
}

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.hasAttribute("formaction") && !button.hasAttribute("data-clear")) return;
  event.preventDefault();
  if (button?.hasAttribute("data-clear")) clear();
  else if (waits === "stale") stale.scrollIntoView({ block: "center" });
  else if (button?.hasAttribute("data-go")) onward(button.dataset.go);
  else save();
});

find("[data-keep]").addEventListener("click", (event) => {
  event.preventDefault();
  version.value = stale.dataset.version ?? version.value;
  waits = "";
  stale.hidden = true;
  save();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || link.target) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.hasAttribute("data-other")) leaving = true; // the answer of this page is given up
  else if (!waits && !isSaved() && !link.getAttribute("href").startsWith("#")) {
    event.preventDefault();
    onward(link.href);
  }
});

// What is on the way already is sent with the page; only what could not be sent is warned of.
window.addEventListener("beforeunload", (event) => {
  if (waits && !leaving && !isSaved()) event.preventDefault();
});
window.addEventListener("pagehide", () => {
  if (leaving || waits === "stale" || isSaved() || !answer()) return;
  if (sending) version.value = Number(version.value) + 1; // after the one that is under way
  send(answer()).catch(() => {});
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden && !waits) save();
});
window.addEventListener("online", () => {
  if (waits === "offline") retry();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted && isSaved()) location.reload(); // it may have been answered elsewhere meanwhile
  leaving = false;
});

function retry() {
  waits = "";
  failures = 0;
  save();
}

// The clock waits for what is not saved yet before it goes to the result.
document.addEventListener("clock:over", (event) => event.detail.wait(save()));

find("[data-save]").hidden = true;
