/* Relative times stay true while the page is open. */
(() => {
  /** The distance in words, as `ui::time::relative` writes it. */
  function relative(at, now) {
    const age = Math.round((now - at) / 1000);
    const seconds = Math.abs(age);
    if (seconds < 45) return "just now";
    if (seconds >= 30 * 86400) return null;
    const minutes = Math.floor((seconds + 30) / 60);
    const days = Math.floor((minutes + 720) / 1440);
    let distance = `${Math.max(minutes, 1)} min`;
    if (minutes >= 1440) distance = days === 1 ? "1 day" : `${days} days`;
    else if (minutes >= 60) distance = `${Math.floor((minutes + 30) / 60)} h`;
    return age < 0 ? `in ${distance}` : `${distance} ago`;
  }

  function refresh() {
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const text = relative(Date.parse(time.dateTime), Date.now());
      if (text && text !== time.textContent) time.textContent = text;
    }
  }

  setInterval(refresh, 30_000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
})();
