/* Forms: seen passwords, focus on what is wrong, one submission at a time, and no change lost by accident. */
desk.on("click", "[data-reveal]", (event, button) => {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "text";
  const label = shown ? "Show password" : "Hide password";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
  button.title = label;
  button.querySelector(".visually-hidden").textContent = label;
  input.focus();
});

desk.ready("[data-focus]", (summary) => summary.focus());

desk.on("click", ".error-summary a", (event, link) => {
  const control = document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  (control.closest(".field") ?? control).scrollIntoView({ block: "start" });
  control.focus({ preventScroll: true });
});

/* Never two submissions of one form: the second one is dropped, and the button says that it works. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-repeatable")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  delete form.dataset.changed;
  event.submitter?.setAttribute("aria-busy", "true");
});

function allowSubmission(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt instanceof HTMLFormElement) allowSubmission(event.detail.elt);
});

/* The page comes back from the browser's memory as it was left: in the middle of being sent. */
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(allowSubmission);
});

desk.on("input", "form[data-guard]", (event, form) => { form.dataset.changed = "yes"; });

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard][data-changed]")) event.preventDefault();
});

/* Ctrl or Cmd with Enter sends the form that is being written in. */
desk.on("keydown", "textarea", (event, area) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) area.form?.requestSubmit();
});
