// Export.
const save = (text, type, name) => {
  const link = make("a", {href: URL.createObjectURL(new Blob([text], {type})), download: name});
  link.click(); setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
for (const figure of document.querySelectorAll("figure")) {
  const tools = figure.querySelector(".tools"), bar = make("div", {className: "buttons"});
  const name = figure.querySelector("h3").textContent.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || figure.id;
  const button = (label, action) => { const b = make("button", {type: "button", textContent: label, onclick: action}); b.setAttribute("aria-label", `Save this figure as ${label}`); bar.append(b); };
  button("SVG", () => {
    const svg = figure.querySelector("svg.fig").cloneNode(true), style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    style.textContent = document.getElementById("figure-style").textContent; svg.prepend(style);
    if (dark()) { svg.dataset.theme = "dark"; svg.style.background = "var(--paper)"; } else svg.dataset.theme = "light";
    const [, , w, h] = svg.getAttribute("viewBox").split(" "); svg.setAttribute("width", w); svg.setAttribute("height", h);
    for (const mark of svg.querySelectorAll("[tabindex]")) mark.removeAttribute("tabindex");
    for (const space of svg.querySelectorAll("[data-space]")) delete space.dataset.space;
    svg.classList.remove("picked");
    save(new XMLSerializer().serializeToString(svg), "image/svg+xml", name + ".svg");
  });
  button("CSV", () => save(tools.dataset.csv, "text/csv", name + ".csv"));
  tools.append(bar);
}
