// Tells the server once which time zone the browser is in, so that a study day is the learner's own.

const url = document.querySelector("script[data-url]").dataset.url;
const token = document.querySelector("meta[name=csrf-token]").content;
const name = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (name) {
  fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    body: new URLSearchParams({ name }),
  });
}
