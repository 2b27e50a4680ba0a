// Flags a question without leaving the page, so that a half-given answer stays as it is.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-flag] button[name=reason]");
  if (!button) return;
  event.preventDefault();
  const flag = button.closest("[data-flag]");
  if (flag.dataset.sending) return;
  flag.dataset.sending = "1";
  const said = flag.querySelector("[role=status]");
  try {
    const response = await fetch(button.getAttribute("formaction") ?? button.form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(button.form, button)),
    });
    if (!response.ok) throw new Error(response.statusText);
    said.textContent = (await response.json()).said;
    flag.querySelector("textarea").value = "";
    flag.querySelector("fieldset").hidden = true;
    flag.querySelector("summary").focus();
  } catch {
    said.textContent = "That could not be saved. Try again, or reload the page first.";
  }
  delete flag.dataset.sending;
});
