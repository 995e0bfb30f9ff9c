// Figures over time: a slider, and a button that plays.
for (const frames of document.querySelectorAll(".frames")) {
  const figure = frames.closest("figure"), all = [...frames.children], bar = make("div", {className: "timeline"});
  const range = make("input", {type: "range", min: 0, max: all.length - 1, step: 1, value: all.findIndex(frame => !frame.hidden)});
  const output = make("output", {}), play = make("button", {type: "button"}), label = make("label", {textContent: frames.dataset.label});
  range.id = `${figure.id}-slider`; label.htmlFor = output.htmlFor = range.id;
  let timer = 0;
  const show = () => {
    all.forEach((frame, i) => { frame.hidden = i !== +range.value; });
    output.textContent = all[range.value].dataset.name; range.setAttribute("aria-valuetext", output.textContent);
    hush();
  };
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "▶"; play.setAttribute("aria-label", "Play"); };
  const start = () => {
    if (+range.value === all.length - 1) { range.value = 0; show(); }
    play.textContent = "❚❚"; play.setAttribute("aria-label", "Stop");
    // With less motion asked for, the frames change slowly.
    timer = setInterval(() => {
      range.value = +range.value + 1; show();
      if (+range.value === all.length - 1) stop();
    }, matchMedia("(prefers-reduced-motion: reduce)").matches ? 1500 : Math.max(120, Math.min(600, 6000 / all.length)));
  };
  play.onclick = () => timer ? stop() : start();
  range.addEventListener("input", () => { stop(); show(); });
  bar.append(play, label, range, output); frames.before(bar); frames.classList.add("live");
  stop(); show();
}
