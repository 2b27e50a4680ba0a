// Results: copying the link, printing. All of it works without.

// Copying -------------------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "Selected: copy it with the keys or the menu of your browser.";
    }
  });
}

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
