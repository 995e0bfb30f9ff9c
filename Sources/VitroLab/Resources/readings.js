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
