// Lines: zoomed along x; the vertical axis follows what is seen.
kinds.lines = {
  axes: "x",
  series(data, index) {
    const one = data.series[index];
    if (!one.ready) {
      for (const name of ["x", "y", "low", "high"]) one[name] = data.array(one[name]);
      one.sorted = ascends(one.x); one.ready = true;
    }
    return one;
  },
  // The indices that are seen, with a neighbour on either side.
  seen(plot, one) {
    if (!one.sorted) return [0, one.x.length];
    const low = lowerBound(one.x, valueAt(plot.x, plot.x.start)), high = lowerBound(one.x, valueAt(plot.x, plot.x.end));
    return [Math.max(0, low - 1), Math.min(one.x.length, high + 2)];
  },
  span(plot, data) {
    let [low, high] = [Infinity, -Infinity];
    data.series.forEach((_, index) => {
      if (plot.hides(index)) return;
      const one = this.series(data, index), [from, to] = this.seen(plot, one), [first, last] = [valueAt(plot.x, plot.x.start), valueAt(plot.x, plot.x.end)];
      for (let i = from; i < to; i++) {
        if (!one.sorted && !(one.x[i] >= first && one.x[i] <= last)) continue;
        for (const list of [one.y, one.low, one.high]) {
          const v = list?.[i];
          if (Number.isFinite(v) && (!plot.y.log || v > 0)) { if (v < low) low = v; if (v > high) high = v; }
        }
      }
    });
    if (!(low <= high)) return;
    if (plot.y.log) { low = Math.log10(low); high = Math.log10(high); }
    const room = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1;
    plot.y.low = low - room; plot.y.high = high + room;
  },
  draw(plot) {
    const data = plot.data;
    if (!data.y.fixed) this.span(plot, data);
    plot.axis("x", data.x.format, false); plot.axis("y", data.y.format, true);
    const inside = y => y >= plot.top - .5 && y <= plot.bottom + .5;
    const levels = data.levels.filter(level => level.value != null && inside(place(plot.y, level.value)));
    plot.fill(plot.find(".levels"), levels.map(level => el("path", {class: "level", d: `M${px(plot.left)} ${px(place(plot.y, level.value))}H${px(plot.right)}`})));
    plot.fill(plot.find(".level-names"), levels.map(level => el("text", {class: "tick halo", x: px(plot.right - 2), y: px(place(plot.y, level.value) - 5), "text-anchor": "end"}, `${level.label} ${textOf(data.y.format, level.value)}`)));
    data.series.forEach((_, index) => this.drawSeries(plot, data, index));
  },
  drawSeries(plot, data, index) {
    const one = this.series(data, index), [from, to] = this.seen(plot, one), at = i => [place(plot.x, one.x[i]), place(plot.y, one.y[i])];
    const nodes = [], marks = [], line = this.thinned(plot, from, to, at), clip = plot.find(`.series[data-series="${index}"] > [clip-path]`)?.getAttribute("clip-path") ?? plot.clip;
    plot.clip = clip;
    if (one.low) nodes.push(...(data.band || to - from > 400 ? this.bands(plot, one, from, to) : this.whiskers(plot, one, from, to)));
    if (line.data) nodes.push(el("path", {class: line.count > 2000 ? "line fine" : "line", d: line.data}));
    if (to - from <= 42) {
      for (let i = from; i < to; i++) {
        const [x, y] = at(i);
        if (!Number.isFinite(y) || x < plot.left || x > plot.right || y < plot.top - 1 || y > plot.bottom + 1 || one.role === "baseline") continue;
        const d = one.role === "reference" ? `M${px(x - 3)} ${px(y - 3)}l6 6m0 -6l-6 6` : outline(one.shape, x, y, one.role === "control" ? 3.4 : 4);
        marks.push(el("path", {class: "mark", d}));
      }
    }
    const inner = el("g", {"clip-path": clip}); inner.append(...nodes);
    plot.fill(plot.find(`.series[data-series="${index}"]`), [inner, ...marks]);
  },
  // Of each column of pixels the first, lowest, highest and last point.
  thinned(plot, from, to, at) {
    let data = "", count = 0, size = 0, column = NaN, pen = "M", groupPen = "M", first, last, low, high;
    const whole = to - from <= 2000, held = value => Math.min(Math.max(value, -1e5), 1e5);
    const put = (p, command) => { data += `${command}${px(p[0])} ${px(p[1])}`; count++; };
    const flush = () => {
      if (!size) return;
      put(first, groupPen);
      if (size > 2) for (const p of low[2] < high[2] ? [low, high] : [high, low]) if (p[2] > 0 && p[2] < size - 1) put(p, "L");
      if (size > 1) put(last, "L"); else if (!whole && groupPen === "M") data += "h0";
      size = 0;
    };
    for (let i = from; i < to; i++) {
      const [x, y] = at(i);
      if (!Number.isFinite(x) || !Number.isFinite(y)) { pen = "M"; continue; }
      const next = whole ? i : Math.floor(Math.min(Math.max(x, plot.left - 1), plot.right + 1)), p = [held(x), held(y), size];
      if (size && !whole && next === column) {
        if (p[1] > low[1]) low = p; if (p[1] < high[1]) high = p;
        last = p; size++;
      } else {
        flush(); p[2] = 0;
        groupPen = !data || (pen === "M" && (whole || Math.abs(next - column) > 1)) ? "M" : "L";
        first = last = low = high = p; size = 1; column = next;
      }
      pen = "L";
    }
    flush();
    return {data, count};
  },
  bands(plot, one, from, to) {
    const bands = []; let upper = [], lower = [], column = NaN;
    const finish = () => { if (upper.length > 1) bands.push(el("path", {class: "band", d: "M" + [...upper, ...lower.reverse()].map(p => `${px(p[0])} ${px(p[1])}`).join("L") + "Z"})); upper = []; lower = []; };
    for (let i = from; i < to; i++) {
      const x = place(plot.x, one.x[i]), low = place(plot.y, one.low[i]), high = place(plot.y, one.high[i]);
      if (!Number.isFinite(x + low + high)) { finish(); continue; }
      const next = to - from <= 2000 ? i : Math.floor(x);
      if (next === column && upper.length) { upper.at(-1)[1] = Math.min(upper.at(-1)[1], high); lower.at(-1)[1] = Math.max(lower.at(-1)[1], low); }
      else { upper.push([x, high]); lower.push([x, low]); column = next; }
    }
    finish();
    return bands;
  },
  whiskers(plot, one, from, to) {
    const nodes = [];
    for (let i = from; i < to; i++) {
      const x = place(plot.x, one.x[i]), low = place(plot.y, one.low[i]), high = place(plot.y, one.high[i]);
      if (Number.isFinite(x + low + high)) nodes.push(el("path", {class: "whisker", d: `M${px(x)} ${px(low)}V${px(high)}M${px(x - 3)} ${px(low)}h6M${px(x - 3)} ${px(high)}h6`}));
    }
    return nodes;
  },
  // The index whose place is nearest to a value.
  nearest(one, value) {
    if (!one.x.length) return -1;
    if (one.sorted) {
      const i = lowerBound(one.x, value);
      return i > 0 && (i === one.x.length || value - one.x[i - 1] <= one.x[i] - value) ? i - 1 : i;
    }
    let best = -1;
    for (let i = 0; i < one.x.length; i++) if (Number.isFinite(one.x[i]) && (best < 0 || Math.abs(one.x[i] - value) < Math.abs(one.x[best] - value))) best = i;
    return best;
  },
  read(plot, at) {
    const data = plot.data, value = valueAt(plot.x, at), shown = data.series.map((_, i) => i).filter(i => !plot.hides(i)).map(i => this.series(data, i));
    let x = NaN;
    for (const one of shown) { const i = this.nearest(one, value); if (i >= 0 && !(Math.abs(one.x[i] - value) >= Math.abs(x - value))) x = one.x[i]; }
    return Number.isFinite(x) ? this.reading(plot, data, shown, x) : null;
  },
  reading(plot, data, shown, x) {
    const at = place(plot.x, x), lines = [], half = Math.abs(valueAt(plot.x, at + .5) - x);
    if (at < plot.left - 1 || at > plot.right + 1) return null;
    for (const one of shown) {
      const i = this.nearest(one, x);
      if (i < 0 || Math.abs(place(plot.x, one.x[i]) - at) > .5) continue;
      let text = textOf(data.y.format, one.y[i]);
      if (one.low && (Number.isFinite(one.low[i]) || Number.isFinite(one.high[i]))) text += ` [${bare(data.y.format, one.low[i])}, ${bare(data.y.format, one.high[i])}]`;
      if (one.sorted) {
        const [from, to] = [lowerBound(one.x, x - half), lowerBound(one.x, x + half)];
        if (to - from > 1) {
          let [low, high] = [Infinity, -Infinity];
          for (let k = from; k < to; k++) { if (one.y[k] < low) low = one.y[k]; if (one.y[k] > high) high = one.y[k]; }
          if (low < high) text += `; ${to - from} points here, ${bare(data.y.format, low)} … ${textOf(data.y.format, high)}`;
        }
      }
      lines.push(`${one.name}: ${text}`);
    }
    plot.cursor = x;
    return {x: at, y: plot.top + 20, outline: `M${px(at)} ${px(plot.top)}V${px(plot.bottom)}`, text: [`${data.x.label} ${textOf(data.x.format, x)}`.trim(), ...lines].join("\n")};
  },
  // The next place to the right or left, at least a pixel away.
  step(plot, dx) {
    if (!dx) return null;
    const data = plot.data, shown = data.series.map((_, i) => i).filter(i => !plot.hides(i)).map(i => this.series(data, i));
    const seen = plot.cursor !== undefined && place(plot.x, plot.cursor) >= plot.left - 1 && place(plot.x, plot.cursor) <= plot.right + 1;
    const from = seen ? valueAt(plot.x, place(plot.x, plot.cursor) + dx) : valueAt(plot.x, dx > 0 ? plot.x.start : plot.x.end);
    let next = NaN;
    for (const one of shown) {
      if (!one.sorted) continue;
      let i = lowerBound(one.x, from);
      if (dx < 0 && one.x[i] !== from) i--;
      const x = one.x[i];
      if (Number.isFinite(x) && !(dx * x >= dx * next)) next = x;
    }
    // Between two sparse points the step is to the next one, however far.
    if (!Number.isFinite(next)) return null;
    const at = place(plot.x, next);
    if (at > plot.right || at < plot.left) { plot.move(dx > 0 ? plot.right - at - (plot.right - plot.left) / 4 : plot.left - at + (plot.right - plot.left) / 4, 0); }
    return this.reading(plot, data, shown, next);
  },
  csv(data) {
    const all = data.series.map((_, i) => this.series(data, i)), constant = data.levels.map(level => csvNumber(level.value ?? NaN));
    const head = [csvText(data.x.title), ...all.flatMap(one => one.low ? [one.name, `${one.name} low`, `${one.name} high`].map(csvText) : [csvText(one.name)]), ...data.levels.map(level => csvText(level.label))];
    const cells = (one, i) => i === undefined ? (one.low ? ["", "", ""] : [""]) : [one.y, one.low, one.high].filter(Boolean).map(list => csvNumber(list[i]));
    const row = (x, indices) => [csvNumber(x), ...all.flatMap((one, k) => cells(one, indices[k])), ...constant].join(",");
    const rows = [head.join(",")];
    if (all.every(one => one.x === all[0].x && one.sorted)) all[0].x.forEach((x, i) => rows.push(row(x, all.map(() => i))));
    else {
      const places = new Map();
      all.forEach((one, k) => one.x.forEach((x, i) => { if (Number.isFinite(x)) { if (!places.has(x)) places.set(x, []); places.get(x)[k] = i; } }));
      for (const x of [...places.keys()].sort((a, b) => a - b)) rows.push(row(x, places.get(x)));
    }
    return rows;
  },
};
