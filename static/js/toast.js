/* Toasts: success leaves after a while, waits while it is looked at; an error stays until it is dismissed. */
(() => {
  const SHORT = 6_000;
  const WITH_UNDO = 10_000;

  function dismiss(toast) {
    const held = toast.contains(document.activeElement);
    toast.remove();
    if (held) document.getElementById("main")?.focus();
  }

  function prepare(toast) {
    if (toast.hasAttribute("data-stays") || toast.dataset.timed) return;
    toast.dataset.timed = "yes";
    const time = toast.hasAttribute("data-undo") ? WITH_UNDO : SHORT;
    let timer;
    const start = () => { clearTimeout(timer); timer = setTimeout(() => dismiss(toast), time); };
    const pause = () => clearTimeout(timer);
    toast.addEventListener("mouseenter", pause);
    toast.addEventListener("focusin", pause);
    toast.addEventListener("mouseleave", () => { if (!toast.contains(document.activeElement)) start(); });
    toast.addEventListener("focusout", () => { if (!toast.matches(":hover")) start(); });
    start();
  }

  desk.ready(".toast", prepare);
  desk.on("click", "[data-dismiss]", (event, button) => dismiss(button.closest(".toast")));

  /** Says an error that the server could not say itself. */
  desk.toast = (text) => {
    const button = desk.make("button", { type: "button", className: "button quiet small", textContent: "Dismiss" });
    button.dataset.dismiss = "";
    const toast = desk.make("div", { className: "toast bad", role: "alert" }, desk.make("p", { textContent: text }), button);
    toast.dataset.stays = "";
    document.getElementById("toasts")?.append(toast);
  };
})();
