/* htmx: the CSRF header, the line that says something is under way, and a sentence for each failure. */
(() => {
  let underWay = 0;

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRF-Token"] = token;
  });

  const change = (by) => {
    underWay = Math.max(0, underWay + by);
    document.body.classList.toggle("loading", underWay > 0);
  };
  document.addEventListener("htmx:beforeSend", () => change(1));
  document.addEventListener("htmx:afterRequest", () => change(-1));

  /* The server may aim an error at the toasts; htmx would drop it for its status. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  });

  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    if (xhr.getResponseHeader("HX-Retarget")) return;
    const sentences = {
      401: "You are signed out. Reload the page to sign in again.",
      403: "Your role does not allow this.",
      404: "This no longer exists. Reload the page.",
      429: "That was too often. Wait a minute, then try again.",
      503: "This is not available at the moment. Try again soon.",
    };
    desk.toast(sentences[xhr.status] ?? "Something went wrong. Try again, or reload the page.");
  });

  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, () => desk.toast("The server could not be reached. Check your connection, then try again."));
  }

  /* What changed outside of the focus is said: a list tells its count. */
  document.addEventListener("htmx:afterSettle", () => {
    const news = document.querySelector("[data-announce]");
    if (news) desk.announce(news.textContent);
  });
})();
