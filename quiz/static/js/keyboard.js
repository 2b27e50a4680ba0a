// Keys for studying: Space or Enter shows the answer, 1 to 4 rate, u, b, s and m press the button of
// their action, ? lists them. Can be switched off.

const OFF = "tradecraft-keys-off";
const list = document.querySelector("[data-shortcuts]");
const choice = document.querySelector("[data-shortcuts-switch]");
const reveal = document.querySelector("#reveal");
const ratings = document.querySelector("[data-ratings]");
const ACTIONS = { u: "undo", b: "bury", s: "suspend", m: "mark" };

if (choice) choice.hidden = false;
const box = choice?.querySelector("input") ?? { checked: true };
box.checked = localStorage.getItem(OFF) === null;
choice?.addEventListener("change", () => {
  if (box.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});

// One rating a page: a second press must not send the form again.
ratings?.addEventListener("submit", (event) => {
  if (ratings.dataset.sent) event.preventDefault();
  ratings.dataset.sent = "1";
});
window.addEventListener("pageshow", () => delete ratings?.dataset.sent);

document.addEventListener("keydown", (event) => {
  if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const target = event.target;
  if (target.closest("input, select, textarea, [contenteditable]")) return;
  if (Object.hasOwn(ACTIONS, event.key)) {
    document.querySelector(`[data-key-action="${ACTIONS[event.key]}"]`)?.click();
  } else if (event.key === "?" && list) {
    list.open = !list.open;
    if (list.open) list.querySelector("summary").focus();
  } else if (ratings && "1234".includes(event.key)) {
    ratings.querySelector(`button[value="${event.key}"]`)?.click();
  } else if (reveal && (event.key === " " || event.key === "Enter")) {
    // A focused control keeps its own use of these keys.
    if (target.closest("a, button, summary")) return;
    event.preventDefault();
    reveal.click();
  }
});

// Following a link to a fragment moves the reading position; focus must go there too.
if (location.hash === "#answer") document.querySelector("#answer")?.focus();
