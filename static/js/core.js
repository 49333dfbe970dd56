/* Helpers that the other scripts share. All files form one deferred script, in the order core.js, then by name.
   Nothing here is needed to do the work: pages are links and forms first. */
"use strict";

const desk = {
  /** Handles `event` on everything that matches `selector`, now and later. */
  on(event, selector, handle) {
    document.addEventListener(event, (happened) => {
      const target = happened.target instanceof Element && happened.target.closest(selector);
      if (target) handle(happened, target);
    });
  },

  /** Runs `prepare` on every match in the page, and again on what htmx brings in. */
  ready(selector, prepare) {
    const all = (root) => {
      if (root.matches?.(selector)) prepare(root);
      root.querySelectorAll(selector).forEach(prepare);
    };
    all(document.documentElement);
    document.addEventListener("htmx:load", (happened) => {
      if (happened.detail.elt !== document.body) all(happened.detail.elt);
    });
  },

  /** Lets screen readers say `text`. */
  announce(text) {
    const announcer = document.getElementById("announcer");
    if (!announcer) return;
    announcer.textContent = "";
    setTimeout(() => { announcer.textContent = text; }, 50);
  },

  /** Something this browser remembers; nothing where storage is refused. */
  remembered(key) {
    try { return localStorage.getItem(`frontdesk-${key}`); } catch { return null; }
  },

  remember(key, value) {
    try { localStorage.setItem(`frontdesk-${key}`, value); } catch { /* It is then asked for again. */ }
  },

  /** An element with properties and children. */
  make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  },

  /** "4.2 MB", as the server writes it. */
  bytes(size) {
    if (size < 1024) return size === 1 ? "1 byte" : `${size} bytes`;
    let value = size;
    let unit = "";
    for (unit of ["KB", "MB", "GB"]) {
      value /= 1024;
      if (value < 1024) break;
    }
    return `${Math.round(value * 10) / 10} ${unit}`;
  },
};
