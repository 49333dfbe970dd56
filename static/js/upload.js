/* The file field: what was chosen, with an early sentence for what the server would refuse, and dropping. */
(() => {
  function problem(file, box, before) {
    const allowed = box.dataset.accept.split(",").map((one) => one.trim().toLowerCase()).filter(Boolean);
    if (file.size === 0) return "This file is empty. Choose the document again.";
    if (file.size > Number(box.dataset.largest)) return `This file is larger than ${box.dataset.largestText}. Choose a smaller one.`;
    if (allowed.length && !allowed.some((one) => (one.startsWith(".") ? file.name.toLowerCase().endsWith(one) : file.type === one))) {
      return "This kind of file is not accepted. Choose a PDF or a picture.";
    }
    if (before >= Number(box.dataset.atMost)) return `At most ${box.dataset.atMost} files can be sent. Remove this one.`;
    return null;
  }

  /** Files cannot be taken out of a field one by one: it gets a new list. */
  function replace(input, files) {
    const list = new DataTransfer();
    files.forEach((file) => list.items.add(file));
    input.files = list.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function row(input, file, index, sentence) {
    const remove = desk.make("button", { type: "button", className: "button quiet small", textContent: "Remove" });
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    remove.addEventListener("click", () => {
      replace(input, [...input.files].filter((other, place) => place !== index));
      input.focus();
    });
    const line = desk.make("li", {},
      desk.make("bdi", { className: "name", textContent: file.name, title: file.name }),
      desk.make("span", { className: "meta", textContent: desk.bytes(file.size) }), remove);
    if (sentence) line.append(desk.make("p", { className: "refused", textContent: sentence }));
    return line;
  }

  function list(box, input) {
    const files = [...input.files];
    box.querySelector(".chosen").replaceChildren(
      ...files.map((file, index) => row(input, file, index, problem(file, box, index))));
  }

  desk.ready("[data-upload]", (box) => {
    const input = box.querySelector("input");
    let chosen = [];
    input.addEventListener("change", (event) => {
      // A second choice adds to the first where several files are wanted.
      if (event.isTrusted && input.multiple && chosen.length) {
        const known = (file) => chosen.some((other) => other.name === file.name && other.size === file.size);
        replace(input, [...chosen, ...[...input.files].filter((file) => !known(file))]);
        return;
      }
      chosen = [...input.files];
      list(box, input);
    });
    const over = (on) => (event) => {
      event.preventDefault();
      box.classList.toggle("dropping", on);
    };
    box.addEventListener("dragover", over(true));
    box.addEventListener("dragleave", over(false));
    box.addEventListener("drop", (event) => {
      over(false)(event);
      const dropped = [...event.dataTransfer.files];
      if (dropped.length) replace(input, input.multiple ? [...chosen, ...dropped] : dropped.slice(0, 1));
    });
  });
})();
