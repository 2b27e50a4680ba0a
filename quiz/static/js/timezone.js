// Tells the server the browser's time zone on the first visit; later, where its clock is another
// than the learner's, offers to switch. Nothing is changed unasked, and "no" is kept on this device.

const { url, saved } = document.querySelector("script[data-url]").dataset;
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const KEY = "kept-time-zones"; // what the learner said no to: lines of "saved zone, zone of the device"
const PAIR = `${saved}, ${here}`;

// A clock in words, now and in half a year: equal ones start a study day at the same moment.
function clock(zone) {
  const now = new Date();
  const later = new Date(now.getTime() + 183 * 24 * 60 * 60 * 1000);
  const format = new Intl.DateTimeFormat("en", {
    timeZone: zone, dateStyle: "short", timeStyle: "short",
  });
  return `${format.format(now)}, ${format.format(later)}`;
}

function differs() {
  try {
    return clock(here) !== clock(saved);
  } catch {
    return false; // one of them is unknown to this browser
  }
}

function stored() {
  try {
    return (localStorage.getItem(KEY) ?? "").split("\n");
  } catch {
    return [];
  }
}

function offer() {
  const panel = document.querySelector("[data-zone-offer]");
  panel.querySelector("[name=name]").value = here;
  for (const place of panel.querySelectorAll("[data-zone-here]")) {
    place.textContent = here.replaceAll("_", " ");
  }
  panel.querySelector("[data-zone-keep]").addEventListener("click", () => {
    panel.hidden = true;
    document.querySelector("main").focus({ preventScroll: true });
    try {
      localStorage.setItem(KEY, [...stored(), PAIR].join("\n"));
    } catch {
      // It will ask again, then: there is nowhere to keep the answer.
    }
  });
  panel.hidden = false;
}

if (here && !saved) {
  const token = document.querySelector("meta[name=csrf-token]").content;
  fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    body: new URLSearchParams({ name: here }),
  });
} else if (here && here !== saved && !stored().includes(PAIR) && differs()) {
  offer();
}
