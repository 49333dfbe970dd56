/* Picking rows: all at once, a range with Shift, and how many. */
(() => {
  let last = null;
  const boxes = () => [...document.querySelectorAll(".table tbody .as-check input")];

  function count() {
    const all = boxes();
    const picked = all.filter((box) => box.checked).length;
    const every = document.querySelector("[data-pick-all]");
    if (every) {
      every.checked = picked > 0 && picked === all.length;
      every.indeterminate = picked > 0 && picked < all.length;
    }
    const text = document.querySelector("[data-picked]");
    if (text) text.textContent = `${picked} selected`;
  }

  desk.on("change", "[data-pick-all]", (event, every) => {
    boxes().forEach((box) => { box.checked = every.checked; });
    count();
  });

  desk.on("click", ".table tbody .as-check input", (event, box) => {
    const all = boxes();
    if (event.shiftKey && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
      all.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
    }
    last = box;
    count();
  });

  desk.ready(".table.selectable", count);
})();
