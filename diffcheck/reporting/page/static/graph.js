// The program as a graph: inputs on the left, the result on the right; values forward, derivatives backward.
function graph(drawing) {
  const wide = Math.max(96, ...drawing.nodes.map((n) => 7 * (n[4].length + 2)));
  const high = 50, across = wide + 36, down = 66;
  const at = ([, layer, place]) => [layer * across + 6, place * down + 6];
  const width = Math.max(...drawing.nodes.map((n) => n[1])) * across + wide + 12;
  const height = Math.max(...drawing.nodes.map((n) => n[2])) * down + high + 12;
  const used = new Set(drawing.edges.map(([, to]) => to));
  const edges = drawing.edges.map(([from, to]) => {
    const [x1, y1] = at(drawing.nodes[from]);
    const [x2, y2] = at(drawing.nodes[to]);
    const bend = Math.max(30, (x2 - x1 - wide) / 2);
    return svg("path", { class: "edge", "marker-end": "url(#arrow)",
      d: `M${x1 + wide},${y1 + high / 2} C${x1 + wide + bend},${y1 + high / 2} ${x2 - bend},${y2 + high / 2} ${x2 - 2},${y2 + high / 2}` });
  });
  const nodes = drawing.nodes.map((node, k) => {
    const [x, y] = at(node);
    const kind = k === drawing.output ? "node result" : used.has(k) ? "node" : "node given";
    const lines = [["name", node[0], 15], ["value", node[3], 30], ["slope", node[4] === "-" ? "" : `∂ ${node[4]}`, 44]];
    return svg("g", { class: kind, transform: `translate(${x},${y})` },
      svg("rect", { width: wide, height: high, rx: 6 }),
      ...lines.map(([name, text, line]) => {
        const made = svg("text", { class: name, x: wide / 2, y: line });
        made.textContent = text;
        return made;
      }));
  });
  const arrow = svg("defs", {}, svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
    svg("path", { d: "M0,0 L8,4 L0,8 z", fill: "var(--soft)" })));
  const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `computational graph of ${drawing.nodes.length} nodes at ${drawing.place}` }, arrow, ...edges, ...nodes);
  picture.style.maxWidth = "none";
  const holder = el("div", { class: "scroll" }, picture);
  holder.dataset.wide = width > 560 ? "yes" : "";
  return holder;
}
