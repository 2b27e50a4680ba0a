// Results: printing. It works without.

// Printing ------------------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Older browsers print only what is open.
const printed = new Set();
window.addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll(".review:not([open]), .review details.fold:not([open])")) {
    fold.open = true;
    printed.add(fold);
  }
});
window.addEventListener("afterprint", () => {
  for (const fold of printed) fold.open = false;
  printed.clear();
});
