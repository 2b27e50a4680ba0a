// Choose all cards of the page at once.

const all = document.querySelector("[data-pick-all]");
const boxes = [...document.querySelectorAll("input[name=key]")];
const box = all?.querySelector("input");

function follow() {
  const chosen = boxes.filter((one) => one.checked).length;
  box.checked = chosen === boxes.length;
  box.indeterminate = chosen > 0 && chosen < boxes.length;
}

if (box) {
  all.hidden = false;
  box.addEventListener("change", () => boxes.forEach((one) => (one.checked = box.checked)));
  boxes.forEach((one) => one.addEventListener("change", follow));
  window.addEventListener("pageshow", follow);
}
