"use strict";
// Without this script the page says the same; with it tables can be sorted and contests found.
const text = (cell) => cell.dataset.v ?? cell.textContent.trim();
const number = (cell) => (text(cell) === "" ? NaN : Number(text(cell)));

function sort(table, heads, at) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const numeric = heads[at].classList.contains("num");
  const first = numeric ? "descending" : "ascending";
  const order = heads[at].getAttribute("aria-sort") === first ? (numeric ? "ascending" : "descending") : first;
  const sign = order === "ascending" ? 1 : -1;
  const compare = (a, b) => {
    if (!numeric) return sign * text(a.cells[at]).localeCompare(text(b.cells[at]), "en", { numeric: true });
    const [x, y] = [number(a.cells[at]), number(b.cells[at])];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
    return sign * (x - y);
  };
  body.append(...rows.sort(compare));
  heads.forEach((head, other) => (other === at ? head.setAttribute("aria-sort", order) : head.removeAttribute("aria-sort")));
}

for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, heads, at));
  });
}

for (const field of document.querySelectorAll(".find")) {
  const rows = document.querySelectorAll(".ballot tbody tr");
  const contests = document.querySelectorAll("details.contest");
  field.hidden = false;
  field.querySelector("input").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const row of rows) row.hidden = !`${row.textContent} ${row.dataset.name ?? ""}`.toLowerCase().includes(wanted);
    for (const contest of contests) contest.hidden = !contest.textContent.toLowerCase().includes(wanted);
  });
}

function open() {
  const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener("hashchange", open);
open();

// Browsers that cannot unfold by style alone when they print.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not(.long):not([open])")) {
    folded.open = true;
    folded.dataset.folded = "";
  }
});
addEventListener("afterprint", () => {
  for (const folded of document.querySelectorAll("details[data-folded]")) {
    folded.open = false;
    delete folded.dataset.folded;
  }
});
