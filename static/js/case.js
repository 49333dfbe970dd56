/* The case page: the name of a document in the decision shows it in the viewer, and the form stays as it is. */
desk.on("click", "[data-shows]", (event, link) => {
  const sheet = document.getElementById(link.dataset.shows);
  if (!sheet || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  sheet.click();
});
