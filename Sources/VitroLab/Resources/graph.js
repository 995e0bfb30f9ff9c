// What a node is joined with.
for (const svg of document.querySelectorAll("svg.fig")) {
  const nodes = [...svg.querySelectorAll(".node[data-node]")];
  if (!nodes.length) continue;
  const byNumber = new Map(nodes.map(node => [node.dataset.node, node])), edges = new Map();
  for (const edge of svg.querySelectorAll(".edge[data-ends]")) {
    const ends = edge.dataset.ends.split(" ");
    for (const end of new Set(ends)) {
      if (!edges.has(end)) edges.set(end, []);
      edges.get(end).push({edge, ends});
    }
  }
  let lit = [];
  const clear = () => { for (const part of lit) part.classList.remove("lit"); lit = []; svg.classList.remove("picked"); };
  const pick = node => {
    clear();
    lit.push(node);
    for (const {edge, ends} of edges.get(node.dataset.node) ?? []) lit.push(edge, ...ends.map(end => byNumber.get(end)).filter(Boolean));
    for (const part of lit) part.classList.add("lit");
    svg.classList.add("picked");
  };
  for (const node of nodes) {
    node.addEventListener("pointerenter", () => pick(node));
    node.addEventListener("pointerleave", clear);
    node.addEventListener("focus", () => { if (node.matches(":focus-visible")) pick(node); });
    node.addEventListener("blur", clear);
  }
}
