// Changes the theme at once, where the form would reload the page.

const root = document.documentElement;
const form = document.querySelector("[data-theme-switch]");

form?.addEventListener("submit", (event) => {
  const chosen = event.submitter?.value;
  if (!chosen) return;
  event.preventDefault();
  if (chosen === "auto") root.removeAttribute("data-bs-theme");
  else root.setAttribute("data-bs-theme", chosen);
  document.querySelector("meta[name=color-scheme]").content = chosen === "auto" ? "light dark" : chosen;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === chosen));
  }
  const body = new URLSearchParams(new FormData(form, event.submitter));
  fetch(form.action, { method: "POST", body, redirect: "manual" });
});
