// Okabe and Ito's palette, and a shape for each engine, so that colour alone never tells.
const PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8a7a00", "#888888"];
const SHAPES = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "times"];

function styled(names) {
  return {
    color: { domain: names, range: names.map((_, k) => PALETTE[k % PALETTE.length]) },
    symbol: { domain: names, range: names.map((_, k) => SHAPES[k % SHAPES.length]) },
  };
}

function legend(names) {
  const { color, symbol } = styled(names);
  return el("span", { class: "legend" }, names.map((name, k) => {
    const kind = `symbol${symbol.range[k][0].toUpperCase()}${symbol.range[k].slice(1)}`;
    const mark = svg("path", { d: d3.symbol(d3[kind], 52)(), fill: "none", stroke: color.range[k], "stroke-width": 1.6 });
    return el("span", {}, svg("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" }, mark), ` ${name}`);
  }));
}

const amount = (x) => (x === "inf" ? Infinity : x === "-inf" ? -Infinity : x);
const power = (x) => (Math.abs(Math.log10(x)) >= 4 ? x.toExponential(0).replace("+", "") : String(Number(x.toPrecision(2))));

// A figure with its title, and in words what is up, right and coloured.
function figure(title, caption, ...parts) {
  return el("figure", {}, el("h4", {}, title), ...parts, el("figcaption", {}, caption));
}

// As wide as there is room for, so that letters keep their size.
const size = () => ({ width: Math.min(620, Math.max(300, document.querySelector("main").clientWidth - 60)), height: 330, marginLeft: 62, marginBottom: 42 });

const right = (p) => ["agree", "kink", "ill-conditioned"].includes(p.verdict);

function farApart(xs) {
  const sizes = xs.map(Math.abs).filter((x) => x > 0);
  return Math.max(...sizes) / Math.min(...sizes) > 1e3;
}

// An axis on which tiny and huge numbers of both signs have room, with ticks at some powers of ten.
function magnitudes(xs) {
  const sizes = xs.map(Math.abs).filter((x) => x > 0).map(Math.log10);
  const first = Math.floor(Math.min(...sizes)), last = Math.ceil(Math.max(...sizes));
  const every = Math.max(1, Math.ceil((last - first) / 4));
  const powers = [];
  for (let k = last; k >= first; k -= every) powers.push(k);
  const place = (x) => (x === 0 ? 0 : Math.sign(x) * (Math.log10(Math.abs(x)) - first + 1));
  const ticks = [...powers.map((k) => -(10 ** k)), 0, ...powers.map((k) => 10 ** k)];
  const room = (last - first + 1) / 5; // for the label of zero
  const inside = ticks.filter((t) => t >= Math.min(...xs) && t <= Math.max(...xs) && (t === 0 || Math.abs(place(t)) > room));
  return { type: "linear", transform: place, ticks: inside.map(place),
    tickFormat: (p) => (p === 0 ? "0" : (p < 0 ? "\u2212" : "") + power(10 ** Math.round(Math.abs(p) + first - 1))) };
}

// Errors over the points by one input, or in the order of the points.
function errorsPlot(points, names, axis, label) {
  const every = names.flatMap((name) => (points[name] || []).map((p, k) => ({
    who: name, x: axis < 0 ? k : p[0][axis], where: p[1], component: p[2], value: p[3], truth: p[4],
    error: amount(p[5]), inherent: amount(p[6]), formula: amount(p[7]), digits: p[8], verdict: p[9],
  }))).filter((p) => p.x !== undefined && p.x !== null);
  const positive = every.flatMap((p) => [p.error, p.inherent]).filter((e) => e > 0 && Number.isFinite(e));
  const low = Math.min(0.1, ...positive) / 4;
  // Of a double no digit is left from 2^53 units on: what is beyond stands at the edge.
  const high = Math.min(1e18, Math.max(1e3, ...positive) * 4);
  const level = (e) => (e === null || Number.isNaN(e) || e > high ? high : e < low ? low : e);
  const xs = every.map((p) => p.x);
  const wide = axis >= 0 && farApart(xs);
  const bands = [];
  const seen = new Set();
  for (const p of every) {
    const key = `${p.x} ${p.where} ${p.component}`;
    if (p.inherent !== null && !seen.has(key)) { seen.add(key); bands.push(p); }
  }
  return Plot.plot({
    ...size(),
    ariaLabel: `${label}: errors in ulp for each engine`,
    x: { label: `${axis < 0 ? "point" : label} →`, ...(wide ? magnitudes(xs) : { type: "linear", ticks: 7 }) },
    y: { label: "↑ error (ulp)", type: "log", domain: [low, high], ticks: 8,
      tickFormat: (y) => (y <= low * 1.01 ? "0" : power(y)), grid: true },
    ...styled(names),
    marks: [
      Plot.ruleX(bands, { x: "x", y1: low, y2: (p) => level(p.inherent), stroke: "var(--band)", strokeWidth: 5 }),
      Plot.ruleX(bands.filter((p) => p.formula > p.inherent), { x: "x", y1: (p) => level(p.inherent),
        y2: (p) => level(p.formula), stroke: "var(--band-light)", strokeWidth: 5 }),
      Plot.dot(every.filter(right), { x: "x", y: (p) => level(p.error), stroke: "who", symbol: "who", r: 4.2 }),
      Plot.dot(every.filter((p) => !right(p)), { x: "x", y: (p) => level(p.error), stroke: "who", fill: "who", symbol: "who", r: 5 }),
      Plot.tip(every, Plot.pointer({ x: "x", y: (p) => level(p.error),
        title: (p) => `${p.who}: ${p.verdict}, ${p.digits} digits\nat ${p.where}\nvalue ${p.value}\ntruth ${p.truth}` })),
    ],
  });
}

// The error of the central difference quotient against its step.
function curvePlot(curve) {
  const rows = curve.steps.map((h, k) => ({ h, error: amount(curve.errors[k]), floor: amount(curve.floors[k]) }));
  const known = rows.filter((r) => r.error > 0 && Number.isFinite(r.error));
  const low = Math.max(0.01, Math.min(...known.map((r) => r.error), amount(curve.own) || Infinity) / 4);
  const high = Math.max(...known.map((r) => r.error)) * 4;
  const marks = [
    Plot.areaY(rows, { x: "h", y1: low, y2: (r) => Math.min(Math.max(r.floor, low), high), fill: "var(--band-light)" }),
    Plot.lineY(known, { x: "h", y: (r) => Math.max(r.error, low), stroke: PALETTE[0], strokeWidth: 1.8 }),
    Plot.tip(known, Plot.pointerX({ x: "h", y: "error", title: (r) => `step ${r.h.toExponential(1)}\nerror ${r.error} ulp` })),
  ];
  if (curve.step) marks.push(Plot.ruleX([curve.step], { stroke: PALETTE[1], strokeDasharray: "5 4" }),
    Plot.text([curve.step], { x: (x) => x, frameAnchor: "top", text: () => "step chosen", dx: -4, textAnchor: "end", fill: PALETTE[1] }));
  if (amount(curve.own) >= 0) marks.push(Plot.ruleY([Math.max(amount(curve.own), low)], { stroke: PALETTE[2], strokeDasharray: "2 3" }),
    Plot.text([Math.max(amount(curve.own), low)], { y: (y) => y, frameAnchor: "left", dx: 4, dy: -8, textAnchor: "start", text: () => "what the engine gave", fill: PALETTE[2] }));
  return Plot.plot({ ...size(), ariaLabel: "error of the difference quotient against its step",
    x: { type: "log", label: "step →", tickFormat: power, ticks: 7 },
    y: { type: "log", label: "↑ error (ulp)", domain: [low, high], tickFormat: power, ticks: 7, grid: true }, marks });
}

// Seconds for one evaluation, with the middle half of the rounds.
function timePlot(rows) {
  const names = rows.map((row) => row.who);
  return Plot.plot({ ...size(), height: 60 + 34 * rows.length, marginLeft: 130, marginRight: 70, ariaLabel: "seconds for one evaluation",
    x: { type: "log", label: "seconds for one derivative →", grid: true, tickFormat: power, ticks: 5 }, y: { label: null, domain: names },
    ...styled(names),
    marks: [
      Plot.ruleY(rows, { y: "who", x1: (r) => Math.max(r.time - r.spread / 2, r.time / 10), x2: (r) => r.time + r.spread / 2, strokeWidth: 5, stroke: "who", strokeOpacity: 0.4 }),
      Plot.dot(rows, { y: "who", x: "time", stroke: "who", fill: "who", symbol: "who", r: 5, tip: true }),
      Plot.text(rows, { y: "who", x: (r) => r.time + r.spread / 2, text: (r) => r.times[1], dx: 9, textAnchor: "start" }),
    ] });
}

// Digits against time: up and to the left is better.
function paretoPlot(found, names, title) {
  return Plot.plot({ ...size(), ariaLabel: title,
    x: { type: "log", label: "seconds for one derivative →", tickFormat: power, ticks: 6 },
    y: { label: "↑ right digits", domain: [0, 17], grid: true },
    ...styled(names),
    marks: [Plot.dot(found, { x: "time", y: "digits", stroke: "who", symbol: "who", r: found.length > 200 ? 3 : 5.5,
      strokeOpacity: found.length > 200 ? 0.55 : 1, tip: true, channels: { case: "case" } })] });
}
