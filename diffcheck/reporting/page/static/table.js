// The overview: a case in each row, a column for each engine.
function caseTable(overview, onOpen) {
  const rank = Object.fromEntries(overview.order.map((name, k) => [name, k]));
  const worse = (cell) => (cell ? (cell[6] ? 1000 : 0) + rank[cell[0]] * 20 + (cell[3] === null || cell[2] === null ? 0 : Math.min(19, Math.max(0, cell[3] - cell[2]))) : -1);
  const missingLast = (compare) => (a, b, _, __, ___, direction) => {
    if (a === null && b === null) return 0;
    if (a === null) return direction === "asc" ? 1 : -1;
    if (b === null) return direction === "asc" ? -1 : 1;
    return compare(a, b);
  };
  const numeric = missingLast((a, b) => a - b);
  const cellShown = (cell) => {
    const found = cell.getValue();
    if (!found) return document.createTextNode("");
    const [verdict, reason, digits, possible, error, , fails, known] = found;
    const shown = chip(verdict);
    shown.title = [reason, digits !== null && possible !== null ? `${digits} of ${possible} digits` : "", error !== null ? `${error} ulp` : "", known ? "as declared" : ""].filter(Boolean).join(", ");
    if (fails) shown.classList.add("cell-fails");
    if (known && !fails) shown.classList.add("known");
    return el("span", {}, shown, digits !== null ? el("small", {}, ` ${(Math.floor(digits * 10) / 10).toFixed(1)}`) : null);
  };
  const columns = [
    { title: "case", field: "case", formatter: (cell) => el("span", { class: "name" }, cell.getValue()), minWidth: 150, widthGrow: 2, frozen: innerWidth > 700 },
    { title: "operator", field: "operator", width: 105, formatter: "plaintext" },
    ...overview.contestants.map((name, k) => ({ title: name, field: `c${k}`, formatter: cellShown, minWidth: 175, widthGrow: 1,
      sorter: missingLast((a, b) => worse(a) - worse(b)), headerSortStartingDir: "desc" })),
    { title: "error (ulp)", field: "error", hozAlign: "right", width: 140, sorter: numeric, headerSortStartingDir: "desc",
      formatter: (cell) => (cell.getValue() === null ? "-" : Number(cell.getValue()).toPrecision(3)) },
    { title: "file", field: "file", width: 150, formatter: "plaintext" },
  ];
  const data = overview.cases.map((line, index) => ({ ...line, index, error: line.error === null ? null : Number(amount(line.error)),
    key: `${line.case} ${line.operator}`, fails: line.cells.some((c) => c && c[6]), ...Object.fromEntries(line.cells.map((cell, k) => [`c${k}`, cell])) }));
  const table = new Tabulator("#table", {
    data, columns, index: "key", layout: "fitColumns", height: Math.min(560, 60 + 28 * Math.max(4, data.length)), placeholder: "No case fits: clear the filters.",
    columnDefaults: { headerTooltip: true, headerWordWrap: true }, renderVerticalBuffer: 300,
    rowFormatter: (row) => row.getElement().classList.toggle("fails", row.getData().fails),
  });
  table.on("rowClick", (_, row) => onOpen(row.getData().key));
  table.on("tableBuilt", () => {
    for (const row of document.querySelectorAll("#table .tabulator-col")) row.setAttribute("tabindex", "0");
  });
  document.getElementById("table").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.classList.contains("tabulator-col")) event.target.click();
  });
  return { table, data };
}
