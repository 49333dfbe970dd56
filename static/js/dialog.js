/* Dialogs: a link to a page that asks opens the same question over this page instead. */
desk.on("click", "a[data-dialog]", (event, link) => {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});

desk.on("click", "dialog [data-close]", (event, control) => {
  event.preventDefault();
  control.closest("dialog").close();
});

/* A click on the backdrop lands on the dialog itself, outside of its box. */
desk.on("mousedown", "dialog[open]", (event, dialog) => {
  if (event.target !== dialog) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right
    && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside && !dialog.querySelector("form[data-changed]")) dialog.close();
});
