/* Letter keys: j and k walk a list, x picks a row, / searches, ? tells; buttons may name their own.
   They can be switched off (WCAG 2.1.4), are asleep while something is being typed, and leave every
   combination with Ctrl, Alt or Cmd to the browser. */
(() => {
  const OFF = "letter-keys-off";
  const isOff = () => desk.remembered(OFF) === "yes";
  const rows = () => [...document.querySelectorAll("[data-list] [data-open]")];
  const shown = (element) => element.checkVisibility();

  function show() {
    document.documentElement.classList.toggle("no-letter-keys", isOff());
  }

  function walk(step) {
    const links = rows();
    if (!links.length) return false;
    const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
    links[Math.min(Math.max(next, 0), links.length - 1)].focus();
    return true;
  }

  function pick() {
    const box = document.activeElement.closest("tr")?.querySelector(".as-check input");
    box?.click();
    return Boolean(box);
  }

  function search() {
    const box = document.getElementById("search");
    box?.focus();
    box?.select();
    return Boolean(box);
  }

  function press(key) {
    const scope = document.querySelector("dialog:modal") ?? document;
    const button = [...scope.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && shown(one));
    button?.focus();
    button?.click();
    return Boolean(button);
  }

  /** Lets another script take letter keys: `take(key)` says whether it did. */
  const takers = [];
  desk.letter = (take) => takers.push(take);

  const acts = { j: () => walk(1), k: () => walk(-1), x: pick, "/": search, "?": help };

  /** The keys that work on this page, with what they do. */
  function keys() {
    const list = [];
    if (rows().length) {
      list.push(["j", "Next row"], ["k", "Previous row"], ["Enter", "Open the row"]);
      if (document.querySelector(".as-check")) list.push(["x", "Select the row"]);
    }
    if (document.getElementById("search")) list.push(["/", "Search"]);
    for (const button of document.querySelectorAll("[data-key]")) {
      if (shown(button)) list.push([button.dataset.key, button.querySelector(".label, .visually-hidden").textContent]);
    }
    if (document.querySelector("[data-viewer]")) {
      list.push(["+", "Zoom in"], ["-", "Zoom out"], ["0", "Fit the document"], ["]", "Rotate"], ["[", "Rotate back"],
        [".", "Next document"], [",", "Previous document"], ["f", "Full screen"]);
    }
    return [...list, ["?", "This help"]];
  }

  function help() {
    document.getElementById("shortcuts")?.remove();
    document.getElementById("own-menu")?.hidePopover?.();
    const list = desk.make("dl", { className: "shortcuts" });
    for (const [key, act] of keys()) {
      list.append(desk.make("dt", {}, desk.make("kbd", { textContent: key })), desk.make("dd", { textContent: act }));
    }
    const box = desk.make("input", { type: "checkbox", id: "letter-keys", checked: !isOff() });
    box.addEventListener("change", () => {
      desk.remember(OFF, box.checked ? "no" : "yes");
      show();
    });
    const label = desk.make("label", { htmlFor: "letter-keys", textContent: "Letter keys are on in this browser" });
    const close = desk.make("button", { type: "button", className: "button secondary", textContent: "Close" });
    close.dataset.close = "";
    const dialog = desk.make("dialog", { id: "shortcuts", className: "dialog" },
      desk.make("header", {}, desk.make("h2", { id: "shortcuts-title", textContent: "Keyboard shortcuts" })),
      desk.make("div", { className: "dialog-body" }, list,
        desk.make("div", { className: "choice" }, box, label),
        desk.make("div", { className: "form-actions" }, close)));
    dialog.setAttribute("aria-labelledby", "shortcuts-title");
    document.body.append(dialog);
    dialog.showModal();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isOff()) return;
    const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (typing) return;
    const act = document.querySelector("dialog:modal") ? undefined : acts[event.key];
    if (act ? act() : press(event.key) || takers.some((take) => take(event.key))) event.preventDefault();
  });

  desk.on("click", "[data-shortcuts]", help);
  show();
})();
