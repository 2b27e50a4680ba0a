// Quizzes: counts cards while one is built, sends an answer once. All of it works without.

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

const form = document.querySelector("[data-answer]");

// One answer a page: a second press must not send the form again.
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => delete form?.dataset.sent);
