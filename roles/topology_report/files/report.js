"use strict";
// The page says all there is to say without this script; it sorts, filters and points out.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Sorting: numbers within texts count as numbers, so that 10.0.0.9 comes before 10.0.0.10.
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const keyOf = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  for (const heading of all("table.sortable thead th")) {
    heading.querySelector("button").addEventListener("click", () => {
      const down = heading.ariaSort === "ascending";
      for (const other of heading.parentElement.cells) other.ariaSort = "none";
      heading.ariaSort = down ? "descending" : "ascending";
      const body = heading.closest("table").tBodies[0];
      const rows = [...body.rows].sort(
        (one, two) => order.compare(keyOf(one, heading.cellIndex), keyOf(two, heading.cellIndex)) * (down ? -1 : 1),
      );
      body.append(...rows);
    });
  }

  // Filtering: rows that do not fit are hidden, and what they stand for fades in the picture.
  const form = document.querySelector(".filter");
  const text = document.getElementById("filter-text");
  const exposure = document.getElementById("filter-exposure");
  const result = document.getElementById("filter-result");
  const rows = all("table.sortable tbody tr").map((row) => ({
    row,
    words: row.innerText.toLowerCase(),
    exposures: row.dataset.exposures?.split(" "),
  }));
  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = new Set();
    const networks = new Set();
    let shown = 0;
    for (const { row, words: said, exposures } of rows) {
      const fits = words.every((word) => said.includes(word)) && (!exposure.value || exposures?.includes(exposure.value));
      row.hidden = !fits;
      shown += fits;
      if (fits && row.dataset.of) kept.add(row.dataset.of);
      if (fits && row.id && !row.dataset.of) networks.add(row.id);
    }
    const wanted = (element) => kept.has(element.dataset.of) || networks.has(element.closest("[data-network]")?.dataset.network);
    for (const node of all(".topology .node, .topology .join")) node.classList.toggle("dim", !wanted(node));
    for (const port of all(".topology .chip, .topology .arrow")) {
      port.classList.toggle("dim", !kept.has(port.dataset.of) || !(!exposure.value || port.dataset.exposures === exposure.value));
    }
    result.textContent = words.length || exposure.value ? `${shown} of ${rows.length} rows shown` : "";
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  if (text.value || exposure.value) filter();

  // Pointing at a container or a port lights up all that belongs to the container.
  const trace = (event) => {
    const node = event.target.closest?.(".topology .node");
    for (const picture of all(".topology.tracing")) picture.classList.remove("tracing");
    for (const lit of all(".topology .lit")) lit.classList.remove("lit");
    if (!node) return;
    const picture = node.closest(".topology");
    picture.classList.add("tracing");
    for (const one of all(`[data-of="${node.dataset.of}"]`, picture)) one.classList.add("lit");
  };
  document.addEventListener("pointerover", trace);
  document.addEventListener("focusin", trace);

  // Escape leaves the filter empty.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && (text.value || exposure.value)) {
      text.value = exposure.value = "";
      filter();
    }
  });

  // A file that is opened from disk may not use the clipboard: then the text is selected instead.
  for (const button of all("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const source = document.getElementById(button.dataset.copy);
      const select = () => {
        getSelection().selectAllChildren(source);
        button.textContent = "Selected";
      };
      if (!navigator.clipboard) return select();
      return navigator.clipboard.writeText(source.textContent).then(() => {
        button.textContent = "Copied";
      }, select);
    });
  }
})();
