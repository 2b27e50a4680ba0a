// Quizzes: counts cards while one is built, keys to answer with, printing. All of it works without.

const OFF = "tradecraft-keys-off"; // the same switch as for studying

// Building ------------------------------------------------------------------------------------

const builder = document.querySelector("[data-builder]");
let latest = 0;

function summarise(fold) {
  const labels = [...fold.querySelectorAll("input:checked")].map((input) => input.dataset.label);
  fold.querySelector("[data-chosen]").textContent = labels.join(", ") || "any";
}

async function count() {
  const turn = ++latest;
  const boxes = [...builder.querySelectorAll("input[type=checkbox]:checked")];
  const scope = new URLSearchParams(boxes.map((box) => [box.name, box.value]));
  try {
    const response = await fetch(`${builder.dataset.count}?${scope}`);
    if (!response.ok) throw new Error(response.statusText);
    const { cards } = await response.json();
    if (turn !== latest) return; // a later choice is being counted
    builder.querySelector("[data-cards]").textContent = cards
      ? `Drawn from ${cards.toLocaleString("en")} ${cards === 1 ? "card" : "cards"}`
      : "No card fits all of this: choose less";
  } catch {
    builder.querySelector("[data-recount]").hidden = false; // it counts by loading the page
  }
}

if (builder) {
  builder.querySelector("[data-recount]").hidden = true;
  builder.addEventListener("change", (event) => {
    const fold = event.target.closest("details");
    if (fold) summarise(fold);
    if (event.target.type === "checkbox") count();
  });
  window.addEventListener("pageshow", (event) => {
    // A page that the browser kept has the token of a quiz that was started already.
    if (event.persisted) location.reload();
    // Going back, it fills in the choices made before.
    const boxes = [...builder.querySelectorAll("input[type=checkbox]")];
    if (boxes.every((box) => box.checked === box.defaultChecked)) return;
    builder.querySelectorAll("details").forEach(summarise);
    count();
  });
}

// Answering -----------------------------------------------------------------------------------

const keys = document.querySelector("[data-shortcuts]");
const form = document.querySelector("[data-answer]");
const next = document.querySelector("#next");

// One answer a page: a second press must not send the form again.
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => delete form?.dataset.sent);

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const target = event.target;
  if (target.closest("input:not([name=chosen]), [type=text], select, textarea, [contenteditable]")) return;
  if (event.key === "?") {
    keys.open = !keys.open;
    if (keys.open) keys.querySelector("summary").focus();
  } else if (form && /^[1-9]$/.test(event.key)) {
    const input = form.querySelectorAll("input[name=chosen]:not([type=text])")[event.key - 1];
    input?.focus();
    input?.click();
  } else if (event.key === "Enter") {
    // A focused control keeps its own use of the key; a choice sends its form by itself.
    if (target.closest("a, button, summary, input")) return;
    event.preventDefault();
    if (form?.querySelector("[data-untouched]")) return; // an order that nobody has thought about
    if (form) form.requestSubmit();
    else next?.click();
  }
}

if (keys) {
  const choice = document.querySelector("[data-shortcuts-switch]");
  const box = choice.querySelector("input");
  const show = () => document.querySelector("main").toggleAttribute("data-keys", box.checked);
  box.checked = localStorage.getItem(OFF) === null;
  show();
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (box.checked) press(event);
  });
  choice.hidden = false;
}

// Following a link to a fragment moves the reading position; focus must go there too.
if (location.hash === "#feedback") document.querySelector("#feedback")?.focus();

// Printing ------------------------------------------------------------------------------------

// Older browsers print only what is open.
const printed = new Set();
window.addEventListener("beforeprint", () => {
  for (const review of document.querySelectorAll(".review:not([open])")) {
    review.open = true;
    printed.add(review);
  }
});
window.addEventListener("afterprint", () => {
  for (const review of printed) review.open = false;
  printed.clear();
});
