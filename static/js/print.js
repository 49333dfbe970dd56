/* A button that prints the page. */
desk.on("click", "[data-print]", () => window.print());
