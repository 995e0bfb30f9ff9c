// Series to switch off.
for (const figure of document.querySelectorAll("figure")) {
  for (const key of figure.querySelectorAll(".key[data-series]")) {
    key.setAttribute("role", "button"); key.setAttribute("tabindex", "0"); key.setAttribute("aria-pressed", "true");
    const toggle = () => {
      const off = key.getAttribute("aria-pressed") === "true";
      for (const part of figure.querySelectorAll(`[data-series="${key.dataset.series}"]`)) {
        part.classList.toggle("off", off);
        if (part.matches(".key")) part.setAttribute("aria-pressed", String(!off));
      }
    };
    key.addEventListener("click", toggle);
    key.addEventListener("keydown", e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); toggle(); } });
  }
}
