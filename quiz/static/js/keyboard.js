// Keys for studying and quizzes, as the learner has set them. Each presses what carries its action
// in data-key-action, so that nothing can be done by key alone; ? lists them. Can be switched off
// on one device. All look-ups are made when a key is pressed: the page may have changed since.

const OFF = "tradecraft-keys-off";
const root = document.documentElement;
// Those that choose, so that they also listen while a choice has the focus.
const CHOICE = "input[name=chosen]:is([type=radio], [type=checkbox])";
const TICKED = `${CHOICE}, input[type=radio][name=confidence]`;
const TYPED_INTO = `input:not(${TICKED}), select, textarea, [contenteditable]:not([contenteditable=false])`;
const USES_KEYS_ITSELF = "a, button, summary, input, select, textarea";
const FIRST = ["reveal", "send"]; // on a result, to go on comes before another rating

const find = (what) => document.querySelector(what);
const isOn = () => localStorage.getItem(OFF) === null;
const nameOf = (key) => (key === " " ? "Space" : key.length === 1 ? key.toLowerCase() : key);

function keys() {
  return JSON.parse(find("script[data-keys]")?.dataset.keys ?? "{}");
}

function pressable(action) {
  return find(`main [data-key-action~="${action}"]:not([disabled])`);
}

// Says which key does what, where keys are on: to the eye and to assistive technology.
function show() {
  const on = isOn();
  const known = keys();
  const choice = find("[data-shortcuts-switch]");
  if (choice) {
    choice.hidden = false;
    choice.querySelector("input").checked = on;
  }
  root.toggleAttribute("data-keys-on", on);
  for (const element of document.querySelectorAll("[data-key-action]")) {
    const own = element.dataset.keyAction.split(" ").map((action) => known[action]).filter(Boolean);
    if (on && own.length) element.setAttribute("aria-keyshortcuts", own.join(" "));
    else element.removeAttribute("aria-keyshortcuts");
  }
  find("main [data-answer]")
    ?.querySelectorAll(CHOICE)
    .forEach((input, place) => {
      const key = on && [...(known.options ?? "")][place];
      const label = input.closest("label");
      if (key) {
        input.setAttribute("aria-keyshortcuts", key);
        label?.setAttribute("data-key", key);
      } else {
        input.removeAttribute("aria-keyshortcuts");
        label?.removeAttribute("data-key");
      }
    });
}

function choose(place) {
  const input = find("main [data-answer]")?.querySelectorAll(CHOICE)[place];
  input?.focus();
  input?.click();
  return Boolean(input);
}

function list() {
  const fold = find("details[data-shortcuts]");
  if (!fold) return false;
  fold.open = !fold.open;
  if (fold.open) fold.querySelector("summary").focus();
  return true;
}

function send() {
  const form = find("main form[data-answer]");
  if (!form) return false;
  // An order that nobody has thought about is not sent.
  if (!form.querySelector("[data-untouched]")) form.requestSubmit();
  return true;
}

function act(action) {
  const target = pressable(action);
  if (!target) return action === "send" && send();
  target.click();
  if (action === "note") target.parentElement.querySelector("textarea")?.focus();
  return true;
}

// Which actions a key stands for here; what the page has not, passes it on to the next.
function press(key) {
  const known = keys();
  const place = [...(known.options ?? "")].indexOf(key);
  if (place >= 0 && choose(place)) return true;
  return [...FIRST, ...Object.keys(known)].some((action) => {
    if (action === "options" || known[action] !== key) return false;
    return action === "list" ? list() : act(action);
  });
}

function listen(event) {
  // A character made with AltGr arrives with Ctrl and Alt on some systems.
  const modified = event.ctrlKey || event.altKey || event.metaKey;
  if (modified && !event.getModifierState("AltGraph")) return;
  if (event.defaultPrevented || event.repeat || event.isComposing || event.keyCode === 229) return;
  const target = event.target instanceof Element ? event.target : root;
  if (find("dialog:modal")) return; // what lies behind is not to be reached
  if (target.closest(TYPED_INTO) || target.isContentEditable || !isOn()) return;
  const key = nameOf(event.key);
  // A focused control keeps its own use of these keys; a choice sends its form by itself.
  if ((key === "Space" || key === "Enter") && target.closest(USES_KEYS_ITSELF)) return;
  if (press(key)) event.preventDefault();
  // The row of digits types other characters on some keyboards, as on a French one.
  else if (/^Digit\d$/.test(event.code) && !event.shiftKey && press(event.code.slice(-1))) event.preventDefault();
}

document.addEventListener("keydown", listen);
document.addEventListener("change", (event) => {
  if (!event.target.closest?.("[data-shortcuts-switch]")) return;
  if (event.target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
  show();
});
document.addEventListener("study:shown", show);
show();

// Following a link to a fragment moves the reading position; focus must go there too.
if (["#answer", "#feedback"].includes(location.hash)) find(location.hash)?.focus();
