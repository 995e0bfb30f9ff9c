// Looking closer: a plot that is zoomed and moved by dragging, wheel, pinch and keys, and read at the pointer.
const kinds = {}, plots = [];
const side = s => ({...s, low: s.log ? Math.log10(s.low) : s.low, high: s.log ? Math.log10(s.high) : s.high});
const place = (s, value) => s.start + ((s.log ? Math.log10(value) : value) - s.low) / (s.high - s.low) * (s.end - s.start);
const valueAt = (s, at) => { const u = s.low + (at - s.start) / (s.end - s.start) * (s.high - s.low); return s.log ? 10 ** u : u; };
const ticksOf = s => s.log ? logTicks(10 ** s.low, 10 ** s.high, s.count) : ticksWithin(s.low, s.high, s.count);

class Plot {
  constructor(pad) {
    this.pad = pad; this.svg = pad.ownerSVGElement; this.id = pad.closest("[data-numbers]").dataset.numbers;
    const view = JSON.parse(pad.dataset.view), [left, top, width, height] = ["x", "y", "width", "height"].map(name => +pad.getAttribute(name));
    Object.assign(this, {left, top, right: left + width, bottom: top + height, home: {x: side(view.x), y: side(view.y)}, saved: new Map(), pointers: new Map()});
    this.x = {...this.home.x}; this.y = {...this.home.y}; this.zoomed = false;
    this.under = el("path", {class: "pointer under"}); this.over = el("path", {class: "pointer"});
    this.lasso = el("rect", {class: "lasso", visibility: "hidden"});
    this.svg.setAttribute("role", "group");
    pad.before(this.under, this.over, this.lasso);
    this.listen();
  }
  get data() { return numbers(this.id); }
  get kind() { return kinds[this.data.kind]; }
  find(selector) { return this.svg.querySelector(selector); }
  hides(series) { return this.svg.querySelector(`.key[data-series="${series}"]`)?.classList.contains("off") ?? false; }
  // Puts other children into a part of the drawing; `reset` brings back those it had.
  fill(part, nodes) {
    if (!part) return;
    if (!this.saved.has(part)) this.saved.set(part, [...part.childNodes]);
    part.replaceChildren(...nodes);
  }
  // A label left of the plot, pressed together if there is too little room.
  label(y, text) {
    const node = el("text", {class: "tick", x: px(this.left - 8), y: px(y + 4), "text-anchor": "end"}, text);
    if (text.length * 6.7 > this.left - 8) { node.setAttribute("textLength", px(this.left - 9)); node.setAttribute("lengthAdjust", "spacingAndGlyphs"); }
    return node;
  }
  // Shows the spans, held within those of the whole.
  show(spans) {
    for (const name of ["x", "y"]) {
      const home = this.home[name], whole = home.high - home.low, least = whole * (this.kind.least?.(this.data, name) ?? 1e-7);
      let [low, high] = spans[name] ?? [this[name].low, this[name].high];
      if (high - low < least) { const middle = (low + high) / 2; low = middle - least / 2; high = middle + least / 2; }
      const length = Math.min(high - low, whole);
      low = Math.min(Math.max(low, home.low), home.high - length);
      Object.assign(this[name], {low, high: low + length});
    }
    const isWhole = name => this[name].high - this[name].low >= (this.home[name].high - this.home[name].low) * 0.9999;
    if (this.kind.axes === "x" ? isWhole("x") : isWhole("x") && isWhole("y")) return this.reset();
    this.zoomed = true; this.changed(); this.point(null);
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; if (this.zoomed) this.kind.draw(this); });
  }
  reset() {
    for (const [part, nodes] of this.saved) part.replaceChildren(...nodes);
    this.saved.clear(); this.zoomed = false;
    this.x = {...this.home.x}; this.y = {...this.home.y};
    this.point(null); this.changed();
  }
  changed() { this.svg.closest("figure").dispatchEvent(new CustomEvent("zoom", {detail: this.zoomed})); }
  zoom(factor, x = (this.left + this.right) / 2, y = (this.top + this.bottom) / 2) {
    const spans = {};
    for (const name of this.kind.axes) {
      const s = this[name], at = s.low + ((name === "x" ? x : y) - s.start) / (s.end - s.start) * (s.high - s.low);
      spans[name] = [at + (s.low - at) / factor, at + (s.high - at) / factor];
    }
    this.show(spans);
  }
  move(dx, dy) {
    const spans = {};
    for (const name of this.kind.axes) {
      const s = this[name], by = -(name === "x" ? dx : dy) / (s.end - s.start) * (s.high - s.low);
      spans[name] = [s.low + by, s.high + by];
    }
    if (this.zoomed) this.show(spans);
  }
  // The outline of what is read, and what is said of it.
  point(reading, x, y) {
    for (const path of [this.under, this.over]) path.setAttribute("d", reading?.outline ?? "");
    if (!reading) return hush();
    const at = this.pad.getBoundingClientRect(), scale = this.scale();
    say({dataset: {tip: reading.text}}, x ?? at.left + (reading.x - this.left) / scale, y ?? at.top + (reading.y - this.top) / scale);
  }
  scale() { return this.svg.viewBox.baseVal.width / this.svg.getBoundingClientRect().width; }
  where(event) {
    const box = this.svg.getBoundingClientRect(), scale = this.scale();
    return {x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale};
  }
}

Plot.prototype.listen = function () {
  const {pad, pointers} = this, on = (name, action, options) => pad.addEventListener(name, action, options);
  let drag = null;
  pad.setAttribute("tabindex", "0"); pad.setAttribute("role", "application");
  pad.setAttribute("aria-label", "Plot. Arrow keys read values, plus and minus zoom, shift and arrow keys move, 0 shows all.");
  on("pointerdown", event => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const at = this.where(event);
    pad.setPointerCapture(event.pointerId); pointers.set(event.pointerId, at);
    drag = {from: at, moved: false, lasso: event.pointerType === "mouse" && !event.shiftKey};
  });
  on("pointermove", event => {
    const at = this.where(event), before = pointers.get(event.pointerId);
    if (!before) return this.point(this.kind.read(this, at.x, at.y), event.clientX, event.clientY);
    pointers.set(event.pointerId, at);
    if (pointers.size === 2) {
      const other = [...pointers.entries()].find(([id]) => id !== event.pointerId)[1], gap = p => Math.hypot(p.x - other.x, p.y - other.y);
      drag.moved = true; drag.lasso = false;
      return this.zoom(gap(at) / Math.max(1, gap(before)), other.x, other.y);
    }
    if (Math.hypot(at.x - drag.from.x, at.y - drag.from.y) > 5) { drag.moved = true; this.point(null); }
    if (!drag.moved) return;
    if (drag.lasso) this.frameLasso(drag.from, at); else this.move(at.x - before.x, at.y - before.y);
  });
  const finish = event => {
    if (!pointers.delete(event.pointerId) || pointers.size) return;
    this.lasso.setAttribute("visibility", "hidden");
    if (drag?.lasso && drag.moved && event.type === "pointerup") this.zoomTo(drag.from, this.where(event));
    else if (drag && !drag.moved && event.pointerType !== "mouse") { const at = this.where(event); this.point(this.kind.read(this, at.x, at.y), event.clientX, event.clientY); }
    drag = null;
  };
  on("pointerup", finish); on("pointercancel", finish);
  on("pointerleave", event => { if (event.pointerType === "mouse") this.point(null); });
  on("dblclick", () => this.reset());
  // The wheel turns the page, unless the plot has the focus or the fingers pinch.
  on("wheel", event => {
    if (!event.ctrlKey && document.activeElement !== pad) return;
    event.preventDefault();
    const at = this.where(event);
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.move(-event.deltaX * this.scale(), 0);
    else this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015) * (event.deltaMode ? 16 : 1)), at.x, at.y);
  }, {passive: false});
  on("blur", () => this.point(null));
  on("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [dx, dy] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key] ?? [0, 0];
    if (event.key === "+" || event.key === "=") this.zoom(1.5);
    else if (event.key === "-" || event.key === "−") this.zoom(1 / 1.5);
    else if (event.key === "0" || event.key === "Home") this.reset();
    else if (event.key === "Escape") this.point(null);
    else if ((dx || dy) && event.shiftKey) this.move(-dx * (this.right - this.left) / 5, -dy * (this.bottom - this.top) / 5);
    else if (dx || dy) { const reading = this.kind.step(this, dx, dy); if (reading) this.point(reading); }
    else return;
    event.preventDefault();
  });
};
Plot.prototype.frameLasso = function (from, to) {
  const both = this.kind.axes !== "x", held = (value, low, high) => Math.min(Math.max(value, low), high);
  const [x0, x1] = [from.x, to.x].map(x => held(x, this.left, this.right)).sort((a, b) => a - b);
  const [y0, y1] = both ? [from.y, to.y].map(y => held(y, this.top, this.bottom)).sort((a, b) => a - b) : [this.top, this.bottom];
  const box = {x: x0, y: y0, width: x1 - x0, height: y1 - y0, visibility: "visible"};
  for (const name in box) this.lasso.setAttribute(name, box[name]);
};
Plot.prototype.zoomTo = function (from, to) {
  const spans = {}, both = this.kind.axes !== "x";
  if (Math.abs(to.x - from.x) < 6 || (both && Math.abs(to.y - from.y) < 6)) return;
  // Where a unit is as long on both axes it stays so: the plot shows at least what was framed.
  let [w, h] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  if (both) { const share = Math.max(w / (this.right - this.left), h / (this.bottom - this.top)); w = share * (this.right - this.left); h = share * (this.bottom - this.top); }
  const [cx, cy] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  for (const [name, middle, length] of [["x", cx, w], ["y", cy, h]]) {
    if (!this.kind.axes.includes(name)) continue;
    const s = this[name];
    spans[name] = [middle - length / 2, middle + length / 2].map(at => s.low + (at - s.start) / (s.end - s.start) * (s.high - s.low)).sort((a, b) => a - b);
  }
  this.show(spans);
};
// Ticks along both axes, with lines across the plot where the drawing has them.
Plot.prototype.axis = function (name, format, lines) {
  const s = this[name], ticks = ticksOf(s).filter(tick => { const at = place(s, tick); return at >= Math.min(s.start, s.end) - .5 && at <= Math.max(s.start, s.end) + .5; });
  const texts = s.log ? ticks.map(tick => tickTexts(format, [tick])[0]) : tickTexts(format, ticks);
  this.fill(this.find(`.axis-${name}`), ticks.flatMap((tick, i) => {
    const at = px(place(s, tick));
    return name === "x"
      ? [el("path", lines ? {class: "grid", d: `M${at} ${px(this.top)}V${px(this.bottom)}`} : {class: "axis", d: `M${at} ${px(this.bottom)}v5`}),
        el("text", {class: "tick", x: at, y: px(this.bottom + 18), "text-anchor": "middle"}, texts[i])]
      : [el("path", {class: "grid", d: `M${px(this.left)} ${at}H${px(this.right)}`}),
this.label(at, texts[i])];
  }));
};
for (const pad of document.querySelectorAll("[data-numbers] .pad")) plots.push(new Plot(pad));
