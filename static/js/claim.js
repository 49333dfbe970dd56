/* A claim ends soon after its page was left. The server cuts it short then, and whichever page of the case is open,
   this one loaded anew or another tab, holds on to it. */
(() => {
  /* Later than what the page before this one said when it went away. */
  const AFTER_LEAVING = 2000;
  const claim = () => document.querySelector("#claim[data-leave]");
  const form = () => new URLSearchParams({ csrf: document.querySelector('meta[name="csrf-token"]').content });
  const others = new BroadcastChannel("frontdesk-claims");

  function hold() {
    const url = claim()?.getAttribute("hx-post");
    if (url) fetch(url, { method: "POST", body: form(), redirect: "manual" }).catch(() => { /* The next renewal is near. */ });
  }

  const holdSoon = () => setTimeout(hold, AFTER_LEAVING);

  window.addEventListener("pagehide", () => {
    const leave = claim()?.dataset.leave;
    if (!leave) return;
    navigator.sendBeacon(leave, form());
    others.postMessage(leave);
  });
  others.addEventListener("message", (event) => { if (event.data === claim()?.dataset.leave) holdSoon(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) holdSoon(); });
  if (claim()) holdSoon();
})();
