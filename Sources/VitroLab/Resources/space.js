// Spaces that turn: while they do, a canvas shows what the SVG shows when they are still.
const turnable = space => {
  const data = JSON.parse(space.dataset.space), svg = space.ownerSVGElement, holder = svg.parentElement;
  const count = data.points.length / 3, X = new Float64Array(count), Y = new Float64Array(count), D = new Float64Array(count);
  const [mx, my] = data.middle, half = data.axes.map(axis => axis.half), reach = Math.hypot(...half);
  const part = name => space.querySelector("." + name), NS = "http://www.w3.org/2000/svg";
  const layers = ["solid", "above"].map(name => ({
    group: part(name), order: null,
    items: [...part(name).children].map((element, i) => ({element, at: data[name][i], depth: 0, number: i})),
  }));
  const faces = [...part("faces").children], edges = [...part("edges").children], labels = part("labels");
  let view = [...data.view], axes, frame = 0, rest = 0, canvas = null;
  const n = value => { const text = String(+value.toFixed(2)); return text === "-0" ? "0" : text; };

  const aim = () => {
    const a = view[0] * Math.PI / 180, e = view[1] * Math.PI / 180;
    axes = {ca: Math.cos(a), sa: Math.sin(a), ce: Math.cos(e), se: Math.sin(e)};
  };
  const place = p => {
    const along = p[0] * axes.ca + p[1] * axes.sa, across = p[1] * axes.ca - p[0] * axes.sa;
    return [mx + data.scale * across, my - data.scale * (p[2] * axes.ce - along * axes.se), along * axes.ce + p[2] * axes.se];
  };
  const project = () => {
    aim();
    const p = data.points, {ca, sa, ce, se} = axes, k = data.scale;
    for (let i = 0; i < count; i++) {
      const x = p[3 * i] / 1000, y = p[3 * i + 1] / 1000, z = p[3 * i + 2] / 1000, along = x * ca + y * sa;
      X[i] = mx + k * (y * ca - x * sa); Y[i] = my - k * (z * ce - along * se); D[i] = along * ce + z * se;
    }
    for (const {items} of layers) for (const item of items) {
      let sum = 0;
      for (const i of item.at) sum += D[i];
      item.depth = sum / item.at.length;
    }
  };
  const sorted = items => [...items].sort((a, b) => a.depth - b.depth || a.number - b.number);
  const near = item => (item.depth / reach + 1) / 2;

  // The outline of a line, an arrow or a face; a point has none.
  const outline = item => {
    const at = item.at;
    if (at.length === 1) return null;
    if (at.length > 2 || !item.element.classList.contains("ray")) return at.map(i => [X[i], Y[i]]);
    const [a, b] = at, dx = X[b] - X[a], dy = Y[b] - Y[a], length = Math.max(Math.hypot(dx, dy), .01), ux = dx / length, uy = dy / length;
    const size = Math.min(10, length * .6), side = [[0, .9], [length - size, .9], [length - size, .4 * size], [length, 0]];
    return [...side, ...side.slice(0, -1).reverse().map(([x, y]) => [x, -y])].map(([x, y]) => [X[a] + ux * x - uy * y, Y[a] + uy * x + ux * y]);
  };
  const closed = item => item.at.length > 2 || item.element.classList.contains("ray");

  // The box: its far faces, and the edges that bear numbers (SpaceFrame draws the same).
  const drawBox = () => {
    const viewer = [axes.ce * axes.ca, axes.ce * axes.sa, axes.se], far = viewer.map(v => v > 1e-9 ? -1 : 1);
    const corner = signs => signs.map((s, i) => s * half[i]), texts = [];
    for (let k = 0; k < 3; k++) {
      const u = (k + 1) % 3, v = (k + 2) % 3;
      const at = (a, b) => { const p = corner(far); p[u] = a; p[v] = b; const [x, y] = place(p); return n(x) + " " + n(y); };
      faces[k].setAttribute("d", `M${at(-half[u], -half[v])}L${at(half[u], -half[v])}L${at(half[u], half[v])}L${at(-half[u], half[v])}Z`
        + data.axes[u].ticks.map(t => `M${at(t, -half[v])}L${at(t, half[v])}`).join("") + data.axes[v].ticks.map(t => `M${at(-half[u], t)}L${at(half[u], t)}`).join(""));
      const ends = [1, -1].map(sign => {
        const signs = [...far]; signs[u] = far[u] * sign; signs[v] = -far[v] * sign;
        return [-1, 1].map(s => { const mine = [...signs]; mine[k] = s; return corner(mine); });
      });
      const middles = ends.map(([a, b]) => { const p = place(a), q = place(b); return [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2]; });
      const first = k === 2 ? middles[0][0] <= middles[1][0] : middles[0][1] >= middles[1][1], chosen = first ? 0 : 1;
      const [start, end] = ends[chosen], [cx, cy] = middles[chosen], a = place(start), b = place(end), axis = data.axes[k];
      let d = `M${n(a[0])} ${n(a[1])}L${n(b[0])} ${n(b[1])}`;
      const dx = b[0] - a[0], dy = b[1] - a[1], length = Math.hypot(dx, dy);
      if (length > 24) {
        let nx = dy / length, ny = -dx / length;
        if (nx * (cx - mx) + ny * (cy - my) < 0) [nx, ny] = [-nx, -ny];
        const anchor = nx > .3 ? "start" : nx < -.3 ? "end" : "middle";
        const places = axis.ticks.map(tick => { const p = [...start]; p[k] = tick; return place(p); });
        const clear = every => places.every(([x, y], i) => i < every || Math.abs(x - places[i - every][0]) >= axis.widths[i] + 7 || Math.abs(y - places[i - every][1]) >= 14);
        const every = [1, 2, 3, 4, 5, 6, 7, 8].find(clear) ?? 8;
        let widest = 0;
        for (let i = 0; i < places.length; i += every) {
          const [x, y] = places[i];
          widest = Math.max(widest, axis.widths[i]);
          d += `M${n(x)} ${n(y)}L${n(x + 4 * nx)} ${n(y + 4 * ny)}`;
          texts.push(["tick halo", axis.labels[i], x + 8 * nx, y + 12 * ny + 4, anchor]);
        }
        if (k === 2 && axis.title) { const top = a[1] < b[1] ? a : b; texts.push(["title halo", axis.title, top[0] - 8, top[1] - 12, "start"]); }
        const away = 22 + widest * Math.abs(nx);
        if (k < 2 && axis.title) texts.push(["title halo", axis.title, cx + away * nx, cy + (away + 10) * ny + 4, anchor]);
      }
      edges[k].setAttribute("d", d);
    }
    labels.replaceChildren(...texts.map(([name, text, x, y, anchor]) => {
      const element = document.createElementNS(NS, "text");
      element.setAttribute("class", name); element.setAttribute("x", n(x)); element.setAttribute("y", n(y)); element.setAttribute("text-anchor", anchor);
      element.textContent = text;
      return element;
    }));
  };

  const settle = () => {
    clearTimeout(rest); cancelAnimationFrame(frame); rest = frame = 0;
    project(); drawBox();
    const active = document.activeElement;
    for (const layer of layers) {
      const order = sorted(layer.items);
      for (const item of order) {
        const points = outline(item), t = near(item);
        if (points) item.element.setAttribute("d", "M" + points.map(([x, y]) => n(x) + " " + n(y)).join("L") + (closed(item) ? "Z" : ""));
        else item.element.setAttribute("transform", `translate(${n(X[item.at[0]])} ${n(Y[item.at[0]])})scale(${n(.72 + .56 * t)})`);
        if (item.at.length < 3) item.element.setAttribute("opacity", n(.45 + .55 * t));
      }
      layer.group.append(...order.map(item => item.element));
    }
    if (active && active !== document.activeElement && space.contains(active)) active.focus({preventScroll: true});
    space.classList.remove("turning");
    canvas?.remove(); canvas = null;
  };

  // How each class looks, asked once each time the space begins to turn: the page may have changed its colours.
  let looks = new Map();
  const look = ({element, at}) => {
    const key = [element.getAttribute("class"), element.tagName, at.length === 1 && element.getAttribute("d")].join(" ");
    if (!looks.has(key)) {
      const style = getComputedStyle(element), none = value => !value || value === "none" || value === "transparent";
      const d = element.getAttribute("d"), path = new Path2D(element.tagName === "circle" ? undefined : d);
      if (element.tagName === "circle") path.arc(0, 0, +element.getAttribute("r"), 0, 7);
      looks.set(key, {
        fill: none(style.fill) ? null : style.fill, stroke: none(style.stroke) ? null : style.stroke, width: parseFloat(style.strokeWidth) || 1,
        strokeAlpha: parseFloat(style.strokeOpacity || 1), dash: style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[ ,]+/).map(parseFloat), path,
      });
    }
    return looks.get(key);
  };
  const paint = () => {
    frame = 0;
    project(); drawBox();
    const box = svg.getBoundingClientRect(), outer = holder.getBoundingClientRect(), density = devicePixelRatio || 1;
    if (!canvas) {
      looks = new Map();
      canvas = make("canvas", {width: Math.round(box.width * density), height: Math.round(box.height * density)});
      canvas.setAttribute("aria-hidden", "true");
      for (const {items} of layers) items.forEach(look);
      Object.assign(canvas.style, {left: box.left - outer.left + holder.scrollLeft + "px", top: box.top - outer.top + "px", width: box.width + "px", height: box.height + "px"});
      holder.append(canvas);
      space.classList.add("turning");
    }
    const pen = canvas.getContext("2d"), k = canvas.width / svg.viewBox.baseVal.width;
    pen.setTransform(1, 0, 0, 1, 0, 0); pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineJoin = "round";
    for (const {items} of layers) for (const item of sorted(items)) {
      if (item.element.classList.contains("off")) continue;
      const style = look(item), points = outline(item), t = near(item), alpha = item.at.length < 3 ? .45 + .55 * t : 1;
      let path = style.path;
      if (points) {
        pen.setTransform(k, 0, 0, k, 0, 0);
        path = new Path2D();
        points.forEach(([x, y], i) => i ? path.lineTo(x, y) : path.moveTo(x, y));
        if (closed(item)) path.closePath();
      } else {
        const s = k * (.72 + .56 * t);
        pen.setTransform(s, 0, 0, s, k * X[item.at[0]], k * Y[item.at[0]]);
      }
      if (style.fill) { pen.globalAlpha = alpha; pen.fillStyle = style.fill; pen.fill(path); }
      if (style.stroke) { pen.globalAlpha = alpha * style.strokeAlpha; pen.strokeStyle = style.stroke; pen.lineWidth = style.width; pen.setLineDash(style.dash); pen.stroke(path); }
    }
    pen.globalAlpha = 1;
  };
  const turn = (azimuth, elevation) => {
    view = [((view[0] + azimuth + 180) % 360 + 360) % 360 - 180, Math.max(-90, Math.min(90, view[1] + elevation))];
    reset.hidden = false; hush();
    if (!frame) frame = requestAnimationFrame(paint);
    clearTimeout(rest);
    rest = setTimeout(settle, held ? 1e6 : 160);
  };

  let held = null;
  const reset = make("button", {type: "button", textContent: "Reset", hidden: true, onclick: () => { view = [...data.view]; settle(); reset.hidden = true; }});
  const hint = make("div", {className: "turn"});
  hint.append(make("span", {textContent: "Drag to turn, or use the arrow keys."}), reset);
  holder.classList.add("turns"); holder.append(hint);
  space.setAttribute("tabindex", "0"); space.setAttribute("role", "group");
  space.setAttribute("aria-label", "The space; the arrow keys turn it, Home brings the first view back.");
  svg.addEventListener("pointerdown", e => { if (e.button === 0 && !e.target.closest(".key")) held = {x: e.clientX, y: e.clientY, moving: false}; });
  svg.addEventListener("pointermove", e => {
    if (!held) return;
    const dx = e.clientX - held.x, dy = e.clientY - held.y;
    if (!held.moving && Math.hypot(dx, dy) < 4) return;
    if (!held.moving) { held.moving = true; svg.setPointerCapture(e.pointerId); }
    held.x = e.clientX; held.y = e.clientY;
    turn(-dx * .45, dy * .45);
  });
  const release = () => { const moved = held?.moving; held = null; if (moved) settle(); };
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) svg.addEventListener(name, release);
  svg.addEventListener("selectstart", e => e.preventDefault());
  space.addEventListener("keydown", e => {
    if (e.target !== space) return;
    const step = {ArrowLeft: [5, 0], ArrowRight: [-5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5]}[e.key];
    if (step) { e.preventDefault(); turn(...step); }
    if (e.key === "Home") { e.preventDefault(); reset.click(); }
  });
};
for (const space of document.querySelectorAll("svg.fig g[data-space]")) turnable(space);
