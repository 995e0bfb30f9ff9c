/// What the page can do beyond being read.
///
/// Every control is made here, so that without a script there are no dead ones.
enum PageScript {
  static let source = #"""
    (() => {
      "use strict";
      const root = document.documentElement, make = (tag, props) => Object.assign(document.createElement(tag), props);

      // Light and dark.
      const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
      const theme = make("button", {className: "theme", type: "button"});
      const show = () => { theme.textContent = dark() ? "☀" : "☾"; theme.setAttribute("aria-label", dark() ? "Light page" : "Dark page"); };
      try { const kept = localStorage.getItem("vitro-theme"); if (kept === "dark" || kept === "light") root.dataset.theme = kept; } catch {}
      theme.onclick = () => {
        root.dataset.theme = dark() ? "light" : "dark"; show();
        try { localStorage.setItem("vitro-theme", root.dataset.theme); } catch {}
      };
      document.body.prepend(theme); show();

      // Readings under the pointer and the keyboard.
      const tip = make("div", {className: "tip", hidden: true}); tip.setAttribute("role", "status"); document.body.append(tip);
      const say = (mark, x, y) => {
        tip.textContent = mark.dataset.tip; tip.hidden = false;
        const box = tip.getBoundingClientRect();
        tip.style.left = Math.max(6, Math.min(x + 14, innerWidth - box.width - 6)) + "px";
        tip.style.top = (y - box.height - 14 > 4 ? y - box.height - 14 : y + 18) + "px";
      };
      const hush = () => { tip.hidden = true; };
      for (const svg of document.querySelectorAll("svg.fig")) {
        const marks = [...svg.querySelectorAll("[data-tip]")];
        marks.forEach((mark, i) => {
          mark.setAttribute("tabindex", i === 0 ? "0" : "-1");
          mark.setAttribute("role", "img"); mark.setAttribute("aria-label", mark.dataset.tip.replaceAll("\n", ", "));
          mark.addEventListener("pointermove", e => say(mark, e.clientX, e.clientY));
          mark.addEventListener("pointerleave", hush);
          mark.addEventListener("focus", () => {
            const box = mark.getBoundingClientRect(); if (mark.matches(":focus-visible")) say(mark, box.x + box.width / 2, box.y + Math.min(20, box.height / 2));
          });
          mark.addEventListener("blur", hush);
          mark.addEventListener("keydown", e => {
            const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[e.key];
            if (e.key === "Escape") hush();
            if (!step) return;
            e.preventDefault();
            const next = marks[(i + step + marks.length) % marks.length];
            mark.setAttribute("tabindex", "-1"); next.setAttribute("tabindex", "0"); next.focus();
          });
        });
        if (marks.length) svg.setAttribute("role", "group");
      }

      // Series to switch off.
      for (const figure of document.querySelectorAll("figure.lines")) {
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
          save(new XMLSerializer().serializeToString(svg), "image/svg+xml", name + ".svg");
        });
        button("CSV", () => save(tools.dataset.csv, "text/csv", name + ".csv"));
        tools.append(bar);
      }
    })();
    """#
}
