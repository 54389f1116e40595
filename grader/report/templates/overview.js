// The page is complete without this script. It adds searching, filtering and sorting.
"use strict";
(() => {
  // Laying out thousands of rows takes a while, and nobody reads them all.
  const MOST_ROWS = 200;
  const root = document.documentElement;
  root.classList.add("script", "starting");
  document.addEventListener("DOMContentLoaded", () => {
    root.classList.remove("starting");
    for (const table of document.querySelectorAll("table.sortable")) {
      const rows = [...table.tBodies[0].rows];
      const show = table.closest(".roll") ? filters(table, rows) : () => table.tBodies[0].replaceChildren(...rows);
      sortable(table, rows, show);
    }
  });

  // Puts a button into each header. It sorts `rows` in place; what is missing stays last.
  function sortable(table, rows, show) {
    const headers = [...table.tHead.rows[0].cells];
    const words = new Intl.Collator(root.lang, { numeric: true });
    const byText = (a, b) => words.compare(a, b);
    const byNumber = (a, b) => a - b;

    function sort(header) {
      const turn = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      const numbers = header.classList.contains("count");
      const keyed = rows.map((row) => {
        const text = row.cells[header.cellIndex].textContent.trim();
        const key = numbers ? parseFloat(text.replaceAll(",", "")) : text;
        return { row, key, missing: numbers ? Number.isNaN(key) : key === "" };
      });
      const compare = numbers ? byNumber : byText;
      keyed.sort((a, b) => a.missing - b.missing || (a.missing ? 0 : turn * compare(a.key, b.key)));
      keyed.forEach(({ row }, place) => { rows[place] = row; });
      headers.forEach((other) => other.removeAttribute("aria-sort"));
      header.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
      show();
    }

    for (const header of headers) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sort(header));
      header.append(button);
    }
  }

  // Makes the form choose among the rows, and answers with a function that shows them anew.
  function filters(table, rows) {
    const form = document.querySelector("form.controls");
    const count = document.getElementById("count");
    const more = document.getElementById("more");
    const searched = table.querySelector("[data-searched]").cellIndex;
    const plain = (text) => text.normalize("NFKC").toLowerCase();
    const texts = new Map(
      rows.map((row) => [row, plain(`${row.cells[0].textContent} ${row.cells[searched].textContent}`)]),
    );

    // One function for each field that is filled in: does this row fit?
    function wanted() {
      const { search, is, task, lost, named } = form.elements;
      const among = (field) => (row) => ` ${row.dataset[field.name]} `.includes(` ${field.value} `);
      const missing = (header) => (row) =>
        parseFloat(row.cells[header.cellIndex].textContent) < header.dataset.most;
      const tests = [is, lost, named].filter((field) => field.value).map(among);
      tests.push(...plain(search.value).split(/\s+/).map((word) => (row) => texts.get(row).includes(word)));
      if (task.value) tests.push(missing(table.querySelector(`[data-task="${task.value}"]`)));
      return tests;
    }

    function show(most = MOST_ROWS) {
      const tests = wanted();
      const fitting = rows.filter((row) => tests.every((test) => test(row)));
      const shown = fitting.slice(0, most);
      table.tBodies[0].replaceChildren(...shown);
      table.closest(".roll").scrollTop = 0;
      more.hidden = shown.length === fitting.length;
      count.textContent = (more.hidden ? count.dataset.say : count.dataset.cut)
        .replace("{shown}", fitting.length.toLocaleString("en"))
        .replace("{cut}", shown.length);
    }

    function choose(name, value) {
      for (const field of form.querySelectorAll("input, select")) {
        field.value = field.name === name ? value : "";
      }
      show();
    }

    form.elements.search.addEventListener("input", () => show());
    // A text field's change comes when one clicks elsewhere: a row must not move away then.
    form.addEventListener("change", (event) => event.target.matches("select") && show());
    form.elements.everyone.addEventListener("click", () => choose());
    form.addEventListener("submit", (event) => event.preventDefault());
    more.addEventListener("click", () => show(Infinity));
    // A browser fills the fields in again when one comes back from a student's page.
    window.addEventListener("pageshow", () => show());
    window.addEventListener("beforeprint", () => show(Infinity));
    window.addEventListener("afterprint", () => show());
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-pick]");
      if (link) choose(...link.dataset.pick.split("="));
    });
    show();
    return () => show();
  }
})();
