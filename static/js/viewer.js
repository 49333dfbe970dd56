/* The document viewer: other documents without leaving the page, zoom, rotation, full screen, keys.
   Zoom and rotation stay when the next document is shown. */
(() => {
  const STEPS = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4];
  const MOVE = 80;

  class Viewer {
    constructor(root) {
      this.root = root;
      this.stage = root.querySelector("[data-stage]");
      this.scale = null; // fits
      this.turned = 0;
      this.links = [...root.querySelectorAll("[data-sheet]")];
      root.addEventListener("click", (event) => this.click(event));
      this.stage?.addEventListener("keydown", (event) => this.arrow(event));
      this.stage?.addEventListener("pointerdown", (event) => this.grab(event));
      window.addEventListener("resize", () => this.draw());
      this.draw();
    }

    get picture() { return this.stage?.querySelector("img"); }
    get place() { return this.links.findIndex((link) => link.hasAttribute("aria-current")); }

    click(event) {
      const plain = !(event.ctrlKey || event.metaKey || event.shiftKey);
      const tool = event.target.closest("[data-tool]");
      const turn = event.target.closest("[data-turn]");
      const link = event.target.closest("[data-sheet]");
      if (tool) this.act(tool.dataset.tool);
      else if (turn && plain) { event.preventDefault(); this.go(turn.dataset.turn === "next" ? 1 : -1); }
      else if (link && plain) { event.preventDefault(); this.show(link); }
    }

    act(name) {
      const acts = {
        in: () => this.zoom(1), out: () => this.zoom(-1), fit: () => { this.scale = null; this.draw(); },
        rotate: () => this.turn(90), back: () => this.turn(-90), full: () => this.full(),
      };
      acts[name]();
    }

    go(step) {
      const link = this.links[this.place + step];
      if (link) this.show(link);
    }

    show(link) {
      const { sheet, source, title, note } = link.dataset;
      this.links.forEach((other) => other.removeAttribute("aria-current"));
      link.setAttribute("aria-current", "true");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
      this.stage.replaceChildren(Viewer.content(sheet, source, title, note));
      this.stage.setAttribute("aria-label", `${title}, use the arrow keys to move`);
      this.picture?.addEventListener("load", () => this.draw());
      this.label(link);
      history.replaceState(history.state, "", link.href);
      this.draw();
    }

    static content(sheet, source, title, note) {
      if (sheet === "image") return desk.make("div", { className: "sheet" }, desk.make("img", { src: source, alt: title }));
      if (sheet === "pdf") return desk.make("iframe", { src: `${source}#navpanes=0`, title });
      return desk.make("p", { className: "viewer-empty", textContent: note });
    }

    label(link) {
      const { sheet, source, title, note } = link.dataset;
      const find = (name) => this.root.querySelector(`[data-${name}]`);
      find("viewer-title").textContent = title;
      find("viewer-note").textContent = note;
      find("viewer-place").textContent = `${this.place + 1} of ${this.links.length}`;
      find("viewer-open").href = source;
      find("viewer-open").hidden = sheet === "unavailable";
      find("image-tools").hidden = sheet !== "image";
      this.root.querySelectorAll("[data-turn]").forEach((turn) => {
        const to = this.links[this.place + (turn.dataset.turn === "next" ? 1 : -1)];
        turn.toggleAttribute("href", Boolean(to));
        if (to) { turn.href = to.href; turn.removeAttribute("aria-disabled"); } else turn.setAttribute("aria-disabled", "true");
      });
    }

    /** The size at which the picture just fits, as turned. */
    fitting(picture) {
      const style = getComputedStyle(this.stage);
      const width = this.stage.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const height = this.stage.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
      const [across, down] = this.turned % 180 ? [picture.naturalHeight, picture.naturalWidth] : [picture.naturalWidth, picture.naturalHeight];
      return Math.min(width / across, height / down, 4);
    }

    zoom(step) {
      if (!this.picture) return;
      const now = this.scale ?? this.fitting(this.picture);
      const next = step > 0 ? STEPS.find((one) => one > now * 1.01) : STEPS.findLast((one) => one < now * 0.99);
      this.scale = next ?? now;
      this.draw();
    }

    turn(degrees) {
      this.turned = (this.turned + degrees + 360) % 360;
      this.draw();
    }

    draw() {
      const picture = this.picture;
      if (!picture) { this.stage?.classList.remove("sized", "movable"); return; }
      if (!picture.complete || !picture.naturalWidth) { picture.addEventListener("load", () => this.draw(), { once: true }); return; }
      const middle = this.middle();
      const scale = this.scale ?? this.fitting(picture);
      const [width, height] = [picture.naturalWidth * scale, picture.naturalHeight * scale];
      const sheet = picture.parentElement;
      this.stage.classList.add("sized");
      Object.assign(picture.style, { width: `${width}px`, height: `${height}px`, transform: `rotate(${this.turned}deg)` });
      Object.assign(sheet.style, this.turned % 180 ? { width: `${height}px`, height: `${width}px` } : { width: `${width}px`, height: `${height}px` });
      this.stage.classList.toggle("movable", this.scale !== null && this.scale > this.fitting(picture));
      this.stage.scrollTo(middle.x * this.stage.scrollWidth - this.stage.clientWidth / 2, middle.y * this.stage.scrollHeight - this.stage.clientHeight / 2);
      this.root.querySelector("[data-zoom]").textContent = this.scale === null ? "Fit" : `${Math.round(scale * 100)} %`;
    }

    /** Which point of the whole is in the middle of the stage; it stays there through a zoom. */
    middle() {
      const { scrollLeft, scrollTop, clientWidth, clientHeight, scrollWidth, scrollHeight } = this.stage;
      return { x: (scrollLeft + clientWidth / 2) / scrollWidth, y: (scrollTop + clientHeight / 2) / scrollHeight };
    }

    full() {
      if (document.fullscreenElement) document.exitFullscreen();
      else this.root.requestFullscreen?.();
    }

    arrow(event) {
      const moves = { ArrowLeft: [-MOVE, 0], ArrowRight: [MOVE, 0], ArrowUp: [0, -MOVE], ArrowDown: [0, MOVE] };
      const move = moves[event.key];
      if (!move || event.target !== this.stage) return;
      event.preventDefault();
      this.stage.scrollBy(...move);
    }

    /** Moves a zoomed picture with the mouse; fingers scroll by themselves. */
    grab(event) {
      if (event.pointerType !== "mouse" || event.button !== 0 || !this.stage.classList.contains("movable")) return;
      event.preventDefault();
      this.stage.focus();
      this.stage.setPointerCapture(event.pointerId);
      this.stage.classList.add("moving");
      const move = (moved) => this.stage.scrollBy(-moved.movementX, -moved.movementY);
      const drop = () => {
        this.stage.classList.remove("moving");
        this.stage.removeEventListener("pointermove", move);
      };
      this.stage.addEventListener("pointermove", move);
      this.stage.addEventListener("pointerup", drop, { once: true });
      this.stage.addEventListener("pointercancel", drop, { once: true });
    }
  }

  const viewers = new WeakMap();
  desk.ready("[data-viewer]", (root) => { if (!viewers.has(root)) viewers.set(root, new Viewer(root)); });

  const keys = {
    "+": (viewer) => viewer.act("in"), "=": (viewer) => viewer.act("in"), "-": (viewer) => viewer.act("out"),
    0: (viewer) => viewer.act("fit"), "]": (viewer) => viewer.act("rotate"), "[": (viewer) => viewer.act("back"),
    f: (viewer) => viewer.act("full"), ".": (viewer) => viewer.go(1), ",": (viewer) => viewer.go(-1),
  };
  desk.letter((key) => {
    const viewer = viewers.get(document.querySelector("[data-viewer]"));
    if (!viewer || !keys[key]) return false;
    keys[key](viewer);
    return true;
  });
})();
