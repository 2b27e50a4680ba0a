// Shows what came of fitting once it is done; without it, a link does. What was typed in the form above stays.

const panel = document.querySelector("[data-memory-model]");
const waiting = () => panel.querySelector("[data-status]");

async function look() {
  try {
    const { running } = await (await fetch(waiting().dataset.status)).json();
    if (!running) {
      const page = await (await fetch(window.location.pathname)).text();
      const found = new DOMParser().parseFromString(page, "text/html").querySelector("[data-memory-model]");
      panel.replaceChildren(...found.childNodes);
      if (!waiting()) return;
    }
  } catch {
    // The app may be restarting: ask again.
  }
  window.setTimeout(look, 700);
}

look();
