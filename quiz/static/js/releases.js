// Shows how far an import is, and its result once there is one; without it, a link does.

const panel = document.querySelector("[data-status]");
const [step, bar, bytes] = ["step", "bar", "bytes"].map((name) => panel.querySelector(`[data-${name}]`));
const megabytes = (number) => (number / 1e6).toFixed(1);

async function look() {
  try {
    const state = await (await fetch(panel.dataset.status)).json();
    if (!state.running) {
      window.location.replace(window.location.pathname);
      return;
    }
    const said = `${state.step} …`;
    if (step.textContent !== said) step.textContent = said; // a screen reader hears each change
    if (state.all) {
      bar.max = state.all;
      bar.value = state.come;
    } else {
      bar.removeAttribute("value");
    }
    bytes.textContent = state.come ? `${megabytes(state.come)}${state.all ? ` of ${megabytes(state.all)}` : ""} MB. ` : "";
  } catch {
    // The app may be restarting: ask again.
  }
  window.setTimeout(look, 700);
}

look();
