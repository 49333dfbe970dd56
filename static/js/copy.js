/* Copy buttons. On plain HTTP browsers keep the clipboard closed: the text is selected instead. */
desk.on("click", "[data-copy]", async (event, button) => {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const value = button.parentElement.querySelector("code");
    if (value) getSelection().selectAllChildren(value);
    desk.announce("Selected. Copy it with Ctrl C.");
    return;
  }
  button.classList.add("copied");
  desk.announce("Copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
});
