// Quizzes: sends an answer once; the browser does without.

// Answering -----------------------------------------------------------------------------------

const form = document.querySelector("[data-answer]");

// One answer a page: a second press must not send the form again.
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => delete form?.dataset.sent);
