// The state of the page stands behind the # of its address, so that a view can be sent.
const state = new URLSearchParams(location.hash.slice(1));

function setState(changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (value) state.set(name, value);
    else state.delete(name);
  }
  history.replaceState(null, "", `#${state}`.replaceAll("+", "%20"));
}

for (const shown of document.querySelectorAll("pre.numbers")) shown.replaceWith(numbers(shown.dataset.value, shown.dataset.truth));
for (const script of document.querySelectorAll("#failures pre.script")) script.replaceWith(copyable(script.textContent));

async function start() {
  const [overview] = await Promise.all([unpack(document.getElementById("overview")).then(JSON.parse), library("tabulator.min.js")]);
  const { table, data } = caseTable(overview, (key) => open(key));
  const query = document.getElementById("query");
  const engine = document.getElementById("engine");
  const chips = [...document.querySelectorAll("#counts button")];
  engine.append(...overview.contestants.map((name) => el("option", {}, name)));

  function fits(row) {
    const words = (state.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
    const text = `${row.case} ${row.operator} ${row.file} ${row.tags.join(" ")} ${row.consensus}`.toLowerCase();
    const verdicts = (state.get("verdict") || "").split(",").filter(Boolean);
    const which = overview.contestants.indexOf(state.get("engine"));
    const cells = which < 0 ? row.cells : [row.cells[which]];
    const has = (name) => cells.some((cell) => cell && (name === "known" ? cell[7] && !cell[6] : cell[0] === name));
    return words.every((word) => text.includes(word)) && (!verdicts.length || verdicts.some(has)) && (which < 0 || row.cells[which]);
  }

  function filter() {
    const verdicts = (state.get("verdict") || "").split(",");
    for (const button of chips) button.setAttribute("aria-pressed", String(verdicts.includes(button.dataset.verdict)));
    table.setFilter(fits);
    const shown = table.getDataCount("active");
    document.getElementById("shown").textContent = shown === data.length ? `${shown} cases` : `${shown} of ${data.length} cases`;
  }

  function toggled(name) {
    const verdicts = new Set((state.get("verdict") || "").split(",").filter(Boolean));
    if (!verdicts.delete(name)) verdicts.add(name);
    setState({ verdict: [...verdicts].join(",") });
    filter();
  }

  const section = document.getElementById("case");
  async function open(key, focus = true) {
    const row = data.find((line) => line.key === key);
    if (!row) return;
    if (!fits(row)) {
      setState({ q: "", verdict: "", engine: "" });
      query.value = engine.value = "";
      filter();
    }
    setState({ case: key });
    const found = await details(row.index, overview.block);
    section.replaceChildren(...caseSection(found, () => { section.hidden = true; setState({ case: "" }); }));
    section.hidden = false;
    if (focus) {
      section.scrollIntoView({ block: "start" });
      section.focus({ preventScroll: true });
    }
  }

  query.addEventListener("input", () => { setState({ q: query.value }); filter(); });
  engine.addEventListener("change", () => { setState({ engine: engine.value === "any" ? "" : engine.value }); filter(); });
  for (const button of chips) button.addEventListener("click", () => toggled(button.dataset.verdict));
  addEventListener("hashchange", () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const name of ["q", "verdict", "engine", "case"]) if (wanted.has(name)) state.set(name, wanted.get(name));
    filter();
    if (wanted.has("case")) open(wanted.get("case"));
  });
  table.on("tableBuilt", () => {
    query.value = state.get("q") || "";
    engine.value = state.get("engine") || "";
    filter();
    if (state.has("case")) open(state.get("case"));
    document.body.dataset.ready = "yes";
  });
  document.getElementById("overview-part").addEventListener("toggle", async () => {
    await plotting();
    const dots = data.flatMap((row) => row.cells.flatMap((cell, k) => (cell && cell[5] !== null && cell[2] !== null
      ? [{ who: overview.contestants[k], time: cell[5], digits: cell[2], case: row.key }] : [])));
    const place = document.getElementById("pareto");
    if (!dots.length) place.replaceChildren(el("p", {}, "Nothing was timed."));
    else place.replaceChildren(figure("Digits against time", "A mark for each result: up and to the left is better.", legend(overview.contestants), paretoPlot(dots, overview.contestants, "digits against time, all results")));
  }, { once: true });
}

start();
addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
