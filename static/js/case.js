/* The case page: the name of a document in the decision shows it in the viewer, and the form stays as it is; a reason
   that puts its words into the message leaves what is being written. */
desk.on("click", "[data-shows]", (event, link) => {
  const sheet = document.getElementById(link.dataset.shows);
  if (!sheet || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  sheet.click();
});

(() => {
  const message = () => document.querySelector("#message-field textarea")?.value;
  let sent;

  document.addEventListener("htmx:beforeSend", (event) => {
    if (event.target.closest("#decision-form")) sent = message();
  });

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.id === "message-field" && message() !== sent) event.detail.shouldSwap = false;
  });
})();
