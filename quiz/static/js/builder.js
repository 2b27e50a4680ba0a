// Building a quiz: counts, previews and links what is chosen. All of it works without.

const OTHER = "-1"; // another number of questions than those to choose from

// Choices -------------------------------------------------------------------------------------

const builder = document.querySelector("[data-builder]");
let latest = 0;

// The choices as a link names them.
function query() {
  const values = new URLSearchParams(new FormData(builder));
  for (const name of ["csrf_token", "token", "name"]) values.delete(name);
  if (values.get("length") === OTHER) values.set("length", values.get("number"));
  values.delete("number");
  if (!values.has("for_me")) values.set("for_me", "0");
  return values;
}

// What a fold says while it is closed: what is ticked or filled in.
function summarise(fold) {
  const said = fold.querySelector(":scope > summary [data-chosen]");
  if (!said) return;
  const labels = [];
  for (const input of fold.querySelectorAll("input:checked[data-label], input[data-said]")) {
    const { label, said: filled, unsaid } = input.dataset;
    const value = input.value.trim();
    labels.push(label ?? (value ? filled.replace("{}", value) : unsaid));
  }
  said.textContent = labels.filter(Boolean).join(", ") || said.dataset.chosen;
}

function summariseAround(element) {
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    summarise(fold);
  }
}

async function count() {
  const turn = ++latest;
  const values = query();
  values.set("new_seed", builder.dataset.seed);
  try {
    const response = await fetch(`${builder.dataset.count}?${values}`);
    if (!response.ok) throw new Error(response.statusText);
    const { said, link } = await response.json();
    if (turn !== latest) return; // a later choice is being counted
    builder.querySelector("[data-cards]").textContent = said;
    const field = document.querySelector("[data-link]");
    if (field) field.value = link;
    for (const file of document.querySelectorAll("[data-export]")) {
      file.search = new URL(link).search;
    }
  } catch {
    builder.querySelector("[data-recount]").hidden = false; // it counts by loading the page
  }
}

// An exam has an end.
function endExam() {
  const exam = builder.querySelector("[name=mode][value=exam]").checked;
  const endless = builder.querySelector("[name=length][value='0']");
  if (exam && endless.checked) {
    const shown = [...builder.querySelectorAll("[name=length]")];
    (shown.find((one) => one.defaultChecked && one !== endless) ?? shown[1]).checked = true;
  }
  endless.disabled = exam;
}

function outdatePreview() {
  const part = document.querySelector("[data-preview-part]");
  if (!part.querySelector(".build-many") || part.querySelector("[data-outdated]")) return;
  const note = document.createElement("p");
  note.className = "build-outdated small";
  note.dataset.outdated = "";
  note.textContent = "You have changed the choices since: preview again.";
  part.prepend(note);
}

async function preview(event) {
  event.preventDefault();
  const part = document.querySelector("[data-preview-part]");
  const said = document.querySelector("[data-preview-said]");
  const button = event.currentTarget;
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const response = await fetch(`${builder.dataset.preview}?${query()}`);
    if (!response.ok) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    part.replaceChildren(...page.body.childNodes);
    button.lastChild.textContent = "Preview again";
    said.textContent = part.querySelector(".build-many").textContent;
  } catch {
    said.textContent = "";
    button.removeEventListener("click", preview); // it shows by loading the page
    button.click();
  }
  button.ariaBusy = "false";
}

if (builder) {
  builder.querySelector("[data-recount]").hidden = true;
  for (const note of document.querySelectorAll("[data-without-script]")) note.hidden = true;
  endExam();
  builder.addEventListener("change", (event) => {
    summariseAround(event.target);
    endExam();
    outdatePreview();
    count();
  });
  builder.querySelector("[name=number]").addEventListener("input", () => {
    builder.querySelector(`[name=length][value='${OTHER}']`).checked = true;
  });
  document.querySelector("[data-show-preview]").addEventListener("click", preview);
  // Enter in the name saves; in any other field it starts.
  document.querySelector("[data-name]").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    document.querySelector("[data-keep]").click();
  });
  window.addEventListener("pageshow", (event) => {
    // A page that the browser kept has the token of a quiz that was started already.
    if (event.persisted) location.reload();
    // Going back, it fills in the choices made before.
    const inputs = [...builder.querySelectorAll("input:not([type=hidden])")];
    const kept = inputs.every(
      (one) => one.checked === one.defaultChecked && one.value === one.defaultValue,
    );
    if (kept) return;
    builder.querySelectorAll("details").forEach(summarise);
    endExam();
    count();
  });
}
