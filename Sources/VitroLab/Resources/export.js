// Export, and the buttons that look closer.
const save = (parts, type, name) => {
  const link = make("a", {href: URL.createObjectURL(new Blob(parts, {type})), download: name});
  link.click(); setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
// The numbers of a figure as CSV; those of a sequence with the frame's name in front of each row.
const csvOf = (figure, tools) => {
  const parts = [...figure.querySelectorAll("[data-numbers]")].map(part => {
    const data = numbers(part.dataset.numbers), rows = kinds[data.kind].csv(data), frame = part.closest(".frame");
    if (!frame) return rows;
    return rows.map((row, i) => `${csvText(i ? frame.dataset.name : frame.parentNode.dataset.label)},${row}`);
  });
  if (!parts.length) return [tools.dataset.csv];
  const joined = parts.every(rows => rows[0] === parts[0][0]) ? parts.map((rows, i) => i ? rows.slice(1) : rows) : parts;
  return joined.flatMap(rows => rows.map(row => `${row}\r\n`));
};
for (const figure of document.querySelectorAll("figure")) {
  const tools = figure.querySelector(".tools"), bar = make("div", {className: "buttons"});
  const shown = () => [...figure.querySelectorAll("svg.fig")].find(svg => svg.checkVisibility?.() ?? true) ?? figure.querySelector("svg.fig");
  const name = figure.querySelector("h3").textContent.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || figure.id;
  const button = (label, purpose, action) => { const b = make("button", {type: "button", textContent: label, onclick: action, title: purpose}); b.setAttribute("aria-label", purpose); bar.append(b); return b; };
  const mine = plots.filter(plot => figure.contains(plot.svg));
  if (mine.length) {
    const plot = () => mine.find(one => one.svg === shown()) ?? mine[0], how = "drag across the plot, pinch, or press + and −";
    bar.append(make("span", {className: "hint", textContent: "drag to zoom"}));
    const all = button("Reset", "Show the whole plot again", () => mine.forEach(one => one.reset()));
    button("−", "Zoom out", () => plot().zoom(1 / 1.6)).className = "zoom";
    button("+", `Zoom in: ${how}; shift and drag to move`, () => plot().zoom(1.6)).className = "zoom";
    all.hidden = true;
    figure.addEventListener("zoom", () => { all.hidden = !mine.some(one => one.zoomed); bar.firstChild.hidden = !all.hidden; });
    // A series that comes or goes changes what a zoomed plot shows.
    figure.addEventListener("click", event => { if (event.target.closest?.(".key[data-series]")) mine.forEach(one => one.zoomed && one.kind.draw(one)); });
  }
  button("SVG", "Save this figure as SVG", () => {
    const svg = shown().cloneNode(true), style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    style.textContent = document.getElementById("figure-style").textContent; svg.prepend(style);
    if (dark()) { svg.dataset.theme = "dark"; svg.style.background = "var(--paper)"; } else svg.dataset.theme = "light";
    const [, , w, h] = svg.getAttribute("viewBox").split(" "); svg.setAttribute("width", w); svg.setAttribute("height", h);
    for (const mark of svg.querySelectorAll("[tabindex]")) mark.removeAttribute("tabindex");
    for (const mark of svg.querySelectorAll(".pad,.pointer,.lasso")) mark.remove();
    for (const space of svg.querySelectorAll("[data-space]")) delete space.dataset.space;
    svg.classList.remove("picked");
    save([new XMLSerializer().serializeToString(svg)], "image/svg+xml", name + ".svg");
  });
  button("CSV", "Save the numbers as CSV", () => save(csvOf(figure, tools), "text/csv", name + ".csv"));
  tools.append(bar);
}
