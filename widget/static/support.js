// The agents' page: buttons that copy. Without them, or without permission, the texts are there to be selected.
(() => {
  "use strict";
  const copy = async (button) => {
    const status = document.querySelector("[data-done]");
    const field = document.getElementById(`sw-${button.dataset.copy}`);
    try {
      const text = new Blob([field.value], { type: "text/plain" });
      const item = button.dataset.copy === "html" ? { "text/html": new Blob([field.value], { type: "text/html" }), "text/plain": text } : { "text/plain": text };
      await navigator.clipboard.write([new ClipboardItem(item)]);
      status.textContent = status.dataset.done;
    } catch {
      field.select();
      status.textContent = status.dataset.denied;
    }
  };
  const ready = () => {
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", () => copy(button));
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
