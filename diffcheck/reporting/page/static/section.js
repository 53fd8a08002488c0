// All that is shown of one case, made when it is opened.
function caseSection(found, close) {
  const about = found.about;
  const parts = [el("header", {}, el("h2", {}, `${found.case} ${found.operator}`, about.consensus ? el("small", {}, ` ${about.consensus}`) : null),
    el("button", { type: "button", class: "copy", onclick: close }, "close"))];
  if (about.doc) parts.push(el("p", {}, about.doc.split("\n\n")[0]));
  parts.push(el("p", { class: "facts" }, [...(about.facts || []), about.source, about.reference, about.because,
    about.notJudged ? `not judged at ${about.notJudged}` : ""].filter(Boolean).join(" · ")));
  if (about.function) {
    parts.push(el("dl", { class: "formulas" }, el("dt", {}, "function"), el("dd", {}, formula(about.function)),
      ...(about.derivative ? [el("dt", {}, "derivative"), el("dd", {}, formula(about.derivative))] : [])));
  }
  parts.push(...found.rows.filter((row) => row.fails || row.why || row.verdict !== "agree").map(told));
  const figures = el("div", { class: "figures" });
  parts.push(figures);
  parts.push(results(found.rows));
  if (found.tensors.rows.length) {
    parts.push(el("details", {}, el("summary", {}, "By input tensor"), plain(found.tensors.header, found.tensors.rows),
      found.tensors.more ? el("p", {}, `and ${found.tensors.more} more`) : null));
  }
  parts.push(...pointTables(found));
  drawFigures(figures, found);
  return parts;
}

// One engine's outcome: verdict, numbers, why, how to see it again.
function told(row) {
  return el("article", { class: `failure v-${row.verdict}` },
    el("h3", {}, row.who, chip(row.verdict, row.reason), row.expected ? el("small", {}, `declared: ${row.expected}`) : null,
      row.digits !== "-" ? el("small", {}, `${row.digits} digits`) : null),
    row.place ? el("p", { class: "where" }, `at ${row.place}${row.component ? `, ${row.component}` : ""}`,
      el("small", {}, row.several)) : null,
    row.value ? numbers(row.value, row.truth) : null,
    row.why ? el("p", { class: "why" }, row.why) : null,
    row.again ? copyable(row.again) : null,
    row.script ? el("details", { open: row.fails ? "" : null }, el("summary", {}, "A script without diffcheck"), copyable(row.script)) : null);
}

function results(rows) {
  const header = ["engine", "verdict", "digits", "error (ulp)", "inherent", "formula", "prepare", "one derivative", "± iqr", "function", "ratio"];
  return el("div", {}, el("h4", {}, "All engines"), plain(header, rows.map((row) => [row.who, chip(row.verdict, row.reason), row.digits,
    row.error, row.inherent, row.formula, ...row.times, row.ratio]), [2, 3, 4, 5, 6, 7, 8, 9, 10]));
}

function pointTables(found) {
  const bad = ["lossy", "disagree", "nonfinite", "error"];
  return Object.entries(found.points).map(([name, points]) => {
    const failing = points.filter((p) => bad.includes(p[9]));
    const shown = failing.length ? failing : points;
    const title = failing.length ? `${name}: ${failing.length} components that are not right` : `${name}: its points`;
    const list = el("details", {}, el("summary", {}, `${title} (${found.counts[name].toLocaleString()} components judged)`));
    list.addEventListener("toggle", () => list.append(plain(["at", "component", "value and truth", "error (ulp)", "digits", "verdict"],
      shown.map((p) => [p[1], p[2], numbers(p[3], p[4]), p[5] === null ? "-" : Number(amount(p[5])).toPrecision(3), p[8], chip(p[9], p[10])]), [3, 4])), { once: true });
    return list;
  });
}

async function drawFigures(place, found) {
  if (found.drawing) {
    const drawn = graph(found.drawing);
    const shown = figure("The program", "Left to right the values (second line of a box), right to left the derivatives of the result by each node (∂, third line), "
      + `at ${found.drawing.place}.`, drawn);
    if (drawn.dataset.wide) shown.classList.add("whole");
    place.append(shown);
  }
  await plotting();
  const names = Object.keys(found.points);
  if (names.some((name) => found.points[name].some((p) => p[5] !== null))) {
    const holder = el("div");
    const draw = (axis) => holder.replaceChildren(errorsPlot(found.points, names, axis, axis < 0 ? "point" : found.axes[axis]));
    const choose = el("select", { "aria-label": "horizontal axis", onchange: (event) => draw(Number(event.target.value)) },
      ...found.axes.map((name, k) => el("option", { value: k }, name)), el("option", { value: -1 }, "number of the point"));
    draw(found.axes.length ? 0 : -1);
    place.append(figure("Errors over the points", "Low is good; no error stands at 0, NaN and infinity at the upper edge. Inner band: what any good algorithm may be off by; "
      + "outer band: what this formula may. A filled mark is outside of the inner band.", el("div", { class: "legend" }, found.axes.length > 1 ? choose : null, legend(names)), holder));
  }
  for (const curve of found.curves) {
    place.append(figure(`Error against step, ${curve.who}`, `The ${curve.central ? "central" : "one-sided"} quotient at ${curve.place}${curve.component ? `, ${curve.component}` : ""}: on the right curvature is left out, on the left `
      + "rounding is divided by little; the band is what rounding of the values alone may leave.", curvePlot(curve)));
  }
  const timed = found.rows.filter((row) => row.time !== null);
  if (timed.length) {
    place.append(figure("Time", "Median of the rounds and their middle half, at one point.", timePlot(timed)));
    const dots = timed.filter((row) => row.right !== null).map((row) => ({ who: row.who, time: row.time, digits: row.right, case: found.case }));
    if (dots.length > 1) place.append(figure("Digits against time", "Up and to the left is better.", legend(dots.map((d) => d.who)), paretoPlot(dots, dots.map((d) => d.who), "digits against time")));
  }
}
