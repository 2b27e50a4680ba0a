// Counts down the time that an exam leaves. The server owns the clock: it said how much was left when the
// page was made, it is asked again and again, and only it ends the exam.

const MINUTE = 60_000;
const WARNING = 21_000; // a second early, so that 20 are left when it can be read
const SAID = [5 * MINUTE, MINUTE];
const HIDDEN = "tradecraft-time-hidden";

const clock = document.querySelector("[data-clock]");
const text = clock.querySelector("[data-clock-text]");
const said = clock.querySelector("[data-clock-said]");
const toggle = clock.querySelector("[data-clock-switch]");
const warning = document.querySelector("[data-clock-warning]");
const url = clock.dataset.url;
const WARNED = `tradecraft-warned-${url}`;

let left = Number(clock.dataset.left); // at `asked`, by the page's own count of milliseconds
let asked = performance.now();
let before = left;
let ending = false;

const now = () => Math.max(0, left - (performance.now() - asked));

function inWords(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds <= 0) return "Time is up";
  if (seconds <= 300) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

function show() {
  const hidden = localStorage.getItem(HIDDEN) !== null;
  text.textContent = hidden ? "Time hidden" : inWords(now());
  toggle.firstChild.textContent = hidden ? "Show" : "Hide";
}

function tick() {
  const rest = now();
  if (localStorage.getItem(HIDDEN) === null) text.textContent = inWords(rest);
  const passed = SAID.find((limit) => before > limit && rest <= limit && rest > WARNING);
  if (passed) said.textContent = passed === MINUTE ? "1 minute left." : "5 minutes left.";
  before = rest;
  if (rest > WARNING) {
    sessionStorage.removeItem(WARNED);
    if (warning.open) warning.close();
  } else if (rest > 0 && !warning.open && !sessionStorage.getItem(WARNED)) warning.showModal();
  if (rest <= 0) end();
}

// Takes the time that the server says; it may have been extended, or be over, elsewhere.
async function sync() {
  let response, reply;
  try {
    response = await fetch(url, { headers: { Accept: "application/json" } });
    reply = await response.json();
  } catch {
    return; // it goes on counting
  }
  if (response.status === 410) {
    location.replace(reply.url);
    return;
  }
  if (response.ok && reply.left !== null) set(reply.left);
}

function set(milliseconds) {
  left = milliseconds;
  asked = performance.now();
  tick();
}

async function end() {
  if (ending) return;
  ending = true;
  if (warning.open) warning.close();
  said.textContent = "Time is up. What is saved is handed in.";
  const waits = [];
  document.dispatchEvent(new CustomEvent("clock:over", { detail: { wait: (promise) => waits.push(promise) } }));
  await Promise.allSettled(waits);
  await sync();
  // A moment longer, for answers on the way; or there is no connection, or more time after all.
  setTimeout(() => {
    ending = false;
    tick();
  }, 1000);
}

async function more() {
  const form = clock.querySelector(".clock-more");
  try {
    const response = await fetch(form.getAttribute("action"), {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    const reply = await response.json();
    if (response.status === 410) location.replace(reply.url);
    if (!response.ok) throw new Error(response.statusText);
    said.textContent = reply.said;
    if (reply.left !== null) set(reply.left);
  } catch {
    const seen = warning.open ? warning.querySelector("#clock-warning-words") : said;
    seen.textContent = "That did not work: there is no connection. Try again.";
  }
}

toggle.addEventListener("click", () => {
  if (localStorage.getItem(HIDDEN) === null) localStorage.setItem(HIDDEN, "1");
  else localStorage.removeItem(HIDDEN);
  show();
});
clock.querySelector(".clock-more").addEventListener("submit", (event) => {
  event.preventDefault();
  more();
});
warning.querySelector("[data-clock-more]").addEventListener("click", more);
warning.querySelector("[data-clock-go-on]").addEventListener("click", () => warning.close());
warning.addEventListener("close", () => {
  if (now() <= WARNING) sessionStorage.setItem(WARNED, "1");
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) sync();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) sync();
});
setInterval(sync, MINUTE);
setInterval(tick, 1000);
toggle.hidden = false;
show();
tick();
