// Light and dark.
const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const theme = make("button", {className: "theme", type: "button"});
const show = () => { theme.textContent = dark() ? "☀" : "☾"; theme.setAttribute("aria-label", dark() ? "Light page" : "Dark page"); };
try { const kept = localStorage.getItem("vitro-theme"); if (kept === "dark" || kept === "light") root.dataset.theme = kept; } catch {}
theme.onclick = () => {
  root.dataset.theme = dark() ? "light" : "dark"; show();
  for (const plot of plots) if (plot.zoomed) plot.kind.draw(plot);
  try { localStorage.setItem("vitro-theme", root.dataset.theme); } catch {}
};
document.body.prepend(theme); show();
