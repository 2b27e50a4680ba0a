// The places of a quiz: flags a question for later without leaving the page, and keeps the marks of the
// list of all questions as they are by now. Without it, a page that is loaded shows the same.

const list = document.querySelector(".places");
const here = list?.querySelector("[aria-current]");
const fold = document.querySelector("[data-places-fold]");
const OPENED = "tradecraft-places-open";

function count() {
  const places = [...list.querySelectorAll("[data-place]")];
  const answered = places.filter((place) => place.dataset.state !== "unanswered").length;
  const flagged = places.filter((place) => !place.querySelector("[data-place-flag]").hidden).length;
  const open = places.length - answered;
  fold.querySelector("[data-places-said]").textContent = [
    `${answered} answered`,
    flagged && `${flagged} flagged`,
    open && `${open} not answered`,
  ]
    .filter(Boolean)
    .join(", ");
  const bar = document.querySelector(".quiz-bar progress");
  if (bar) bar.value = answered;
}

function markAnswered(on) {
  const state = on ? "answered" : "unanswered";
  if (!here || here.dataset.state === state) return;
  here.classList.replace(`place-${here.dataset.state}`, `place-${state}`);
  here.dataset.state = state;
  here.querySelector(".place-mark")?.remove();
  const word = here.querySelector("[data-place-word]");
  word.textContent = on ? ", answered" : ", not answered";
  if (on) word.before(document.querySelector("[data-place-mark]").content.cloneNode(true));
  count();
}

// An exam's script says so when an answer is saved or taken back.
document.addEventListener("quiz:answered", (event) => markAnswered(event.detail));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-later]");
  if (!button) return;
  event.preventDefault();
  if (button.dataset.sending) return;
  button.dataset.sending = "1";
  const said = document.querySelector("[data-later-said]");
  try {
    const response = await fetch(button.getAttribute("formaction"), {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ csrf_token: button.form.elements.csrf_token.value, flagged: button.value }),
      keepalive: true,
    });
    const reply = await response.json();
    if (response.status === 410) {
      location.assign(reply.url); // the quiz is over: the page there says so
      return;
    }
    if (!response.ok) throw new Error(response.statusText);
    button.setAttribute("aria-pressed", String(reply.flagged));
    button.value = reply.flagged ? "0" : "1";
    said.textContent = reply.flagged ? "Flagged" : "Not flagged";
    here.querySelector("[data-place-flag]").hidden = !reply.flagged;
    count();
  } catch {
    said.textContent = "That could not be saved. Try again.";
  } finally {
    delete button.dataset.sending;
  }
});

// Opened or closed on one question, the list is so on the next.
if (fold) {
  const chosen = sessionStorage.getItem(OPENED);
  if (chosen !== null) fold.open = chosen === "1";
  fold.querySelector("summary").addEventListener("click", () => {
    sessionStorage.setItem(OPENED, fold.open ? "0" : "1"); // it toggles after this
  });
  if (fold.open) list.scrollTop = here.offsetTop - list.offsetTop - list.clientHeight / 2;
}

// The page that reviews all answers shows them as they are, also where the browser had kept it.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && !list) location.reload();
});
