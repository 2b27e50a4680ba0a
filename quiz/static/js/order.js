// Puts things in order by moving rows up and down, where the form without scripts has a select each.

const field = document.querySelector("[data-order]");
const list = field.querySelector(".order-list");
const said = field.querySelector("[data-said]");
const rows = () => [...list.children];
const place = (row) => row.querySelector("select");
const button = (row, way) => row.querySelector(`[data-move=${way}]`);

function number() {
  const all = rows();
  all.forEach((row, index) => {
    place(row).value = String(index + 1);
    // Not `disabled`: a button that has the focus must not lose it by reaching the end.
    button(row, "up").setAttribute("aria-disabled", String(index === 0));
    button(row, "down").setAttribute("aria-disabled", String(index === all.length - 1));
  });
}

function move(row, way) {
  const neighbour = way === "up" ? row.previousElementSibling : row.nextElementSibling;
  const name = row.querySelector("label").textContent.trim();
  if (!neighbour) {
    said.textContent = `${name} is ${way === "up" ? "first" : "last"} already`;
    return;
  }
  // The neighbour moves past the row, so that the row keeps the focus.
  if (way === "up") row.after(neighbour);
  else row.before(neighbour);
  number();
  const all = rows();
  said.textContent = `${name}: now ${all.indexOf(row) + 1} of ${all.length}`;
  delete field.dataset.untouched;
  field.dispatchEvent(new Event("order:moved"));
}

list.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-move]");
  if (pressed) move(pressed.closest("li"), pressed.dataset.move);
});

// An order that was given before is shown as it was given.
if (rows().every((row) => place(row).value)) {
  list.append(...rows().sort((one, other) => place(one).value - place(other).value));
} else field.dataset.untouched = "";
number();
for (const row of rows()) {
  place(row).hidden = true;
  row.querySelector(".order-moves").hidden = false;
}
field.querySelector("[data-without]").hidden = true;
field.querySelector("[data-with]").hidden = false;
field.dataset.moving = "";
