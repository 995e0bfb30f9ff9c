// Clouds of points: zoomed along both axes.
kinds.scatter = {
  axes: "xy",
  series(data, index) {
    const one = data.series[index];
    if (!one.ready) { for (const name of ["x", "y", "values"]) one[name] = data.array(one[name]); one.ready = true; }
    return one;
  },
  className(data, value) {
    if (!(value === value)) return "unknown";
    const {low, high} = bounds(data.color.range), at = Math.floor((value - low) / (high - low) * 15);
    return data.color.map + Math.min(Math.max(at, 0), 14);
  },
  // Calls back for each point that is seen.
  visit(plot, data, action) {
    data.series.forEach((_, index) => {
      if (plot.hides(index)) return;
      const one = this.series(data, index);
      for (let i = 0; i < one.x.length; i++) {
        const x = place(plot.x, one.x[i]), y = place(plot.y, one.y[i]);
        if (x >= plot.left - 1 && x <= plot.right + 1 && y >= plot.top - 1 && y <= plot.bottom + 1) action(x, y, index, i, one);
      }
    });
  },
  draw(plot) {
    const data = plot.data, series = data.series.map(() => new Map()), labels = [];
    let count = 0;
    this.visit(plot, data, (x, y, index, i, one) => {
      const name = data.color ? this.className(data, one.values ? one.values[i] : NaN) : "";
      if (!series[index].has(name)) series[index].set(name, []);
      series[index].get(name).push(x, y); count++;
      if (one.labels[i] && labels.length <= 40) labels.push([x, y, one.labels[i], index]);
    });
    plot.axis("x", data.x.format, true); plot.axis("y", data.y.format, true);
    const content = plot.find(".content"), nodes = [];
    const lines = data.links.map(([a, i, b, k]) => { const from = this.series(data, a), to = this.series(data, b); return `M${px(place(plot.x, from.x[i]))} ${px(place(plot.y, from.y[i]))}L${px(place(plot.x, to.x[k]))} ${px(place(plot.y, to.y[k]))}`; });
    if (lines.length) nodes.push(el("path", {class: "link", d: lines.join("")}));
    const color = index => data.color ? "neutral" : `s${index % 6}`;
    data.series.forEach((_, index) => {
      const hidden = plot.hides(index) ? " off" : "";
      if (data.rays) nodes.push(this.rays(plot, this.series(data, index), index, color(index) + hidden));
      if (data.rays && !data.color) return;
      const group = el("g", {class: `series cloud ${color(index)}${hidden}`, "data-series": index});
      if (count > 3000) this.dots(plot, data, series[index], count, group);
      else for (const [name, at] of series[index]) {
        let d = "";
        for (let i = 0; i < at.length; i += 2) d += outline(index, at[i], at[i + 1], count <= 60 ? 5 : count <= 400 ? 4 : 3.4);
        group.append(el("path", {class: name ? `bead ${name}` : "mark", d}));
      }
      nodes.push(group);
    });
    plot.fill(content, nodes);
    plot.fill(plot.find(".labels"), labels.length <= 40 ? this.names(plot, labels) : []);
  },
  dots(plot, data, bands, count, group) {
    const size = count <= 20000 ? 2.6 : 1.8, halves = el("g", {transform: "scale(.5)"}), width = Math.ceil((plot.right + 2) * 2), paths = [];
    for (const [name, at] of bands) {
      const seen = new Uint8Array(width * Math.ceil((plot.bottom + 2) * 2)); let d = "";
      for (let i = 0; i < at.length; i += 2) {
        const x = Math.round(at[i] * 2), y = Math.round(at[i + 1] * 2);
        if (!seen[y * width + x]) { seen[y * width + x] = 1; d += `M${x} ${y}h0`; }
      }
      paths.push(el("path", {class: `dots ${name}`, "stroke-width": 2 * size, d}));
    }
    if (data.color) halves.append(el("path", {class: "dots rim", "stroke-width": 2 * size + 2, d: paths.map(path => path.getAttribute("d")).join("")}));
    halves.append(...paths); group.append(halves);
  },
  rays(plot, one, index, color) {
    const ox = place(plot.x, 0), oy = place(plot.y, 0), group = el("g", {class: `rays ${color}`, "data-series": index}); let shafts = "", heads = "";
    for (let i = 0; i < one.x.length; i++) {
      const x = place(plot.x, one.x[i]), y = place(plot.y, one.y[i]), length = Math.hypot(x - ox, y - oy);
      if (!(length > 1)) continue;
      const ux = (x - ox) / length, uy = (y - oy) / length, size = Math.min(9, length * .6), bx = x - ux * size, by = y - uy * size, half = size * .42;
      shafts += `M${px(ox)} ${px(oy)}L${px(bx)} ${px(by)}`;
      heads += `M${px(bx - uy * half)} ${px(by + ux * half)}L${px(x)} ${px(y)}L${px(bx + uy * half)} ${px(by - ux * half)}Z`;
    }
    group.append(el("path", {class: "ray", d: shafts}), el("path", {class: "tip-of-ray", d: heads}));
    return group;
  },
  // Names beside their points, as far as they keep clear of one another and of the borders.
  names(plot, labels) {
    const taken = labels.map(([x, y]) => ({x: x - 6, y: y - 6, w: 12, h: 12}));
    return labels.flatMap(([x, y, text, index]) => {
      const w = Math.min(text.length * 6.8, 200), spots = [[x + 8, y - 20], [x - 8 - w, y - 20], [x + 8, y + 6], [x - 8 - w, y + 6]].map(([bx, by]) => ({x: bx, y: by, w, h: 15}));
      const box = spots.find(b => b.x > plot.left && b.x + w < plot.right && b.y > plot.top && b.y + 15 < plot.bottom && !taken.some(other => overlaps(b, other)));
      if (!box) return [];
      taken.push(box);
      return [el("text", {class: "name halo", "data-series": index, x: px(box.x), y: px(box.y + 12)}, text.length > 30 ? text.slice(0, 29) + "…" : text)];
    });
  },
  read(plot, px0, py0) {
    let best = 24, found = null;
    this.visit(plot, plot.data, (x, y, index, i) => { const gap = Math.hypot(x - px0, y - py0); if (gap < best) { best = gap; found = [index, i]; } });
    return found && this.reading(plot, ...found);
  },
  reading(plot, index, i) {
    const data = plot.data, one = this.series(data, index), x = place(plot.x, one.x[i]), y = place(plot.y, one.y[i]);
    plot.cursor = [index, i];
    const lines = [one.labels[i] || `${one.name} ${i}`, one.labels[i] ? one.name : "", `${data.x.label} ${textOf(data.x.format, one.x[i])}, ${data.y.label} ${textOf(data.y.format, one.y[i])}`];
    if (data.color) lines.push(`${data.color.label} ${textOf(data.color.format, one.values ? one.values[i] : NaN)}`);
    return {x, y, outline: outline(0, x, y, 8), text: lines.filter(Boolean).join("\n")};
  },
  // The next point that is seen to the right, left, above or below.
  step(plot, dx, dy) {
    const data = plot.data; let from = null;
    if (plot.cursor) { const one = this.series(data, plot.cursor[0]); from = [place(plot.x, one.x[plot.cursor[1]]), place(plot.y, one.y[plot.cursor[1]])]; }
    if (!from || from[0] < plot.left || from[0] > plot.right || from[1] < plot.top || from[1] > plot.bottom) from = [dx < 0 ? plot.right + 2 : dx > 0 ? plot.left - 2 : (plot.left + plot.right) / 2, dy < 0 ? plot.bottom + 2 : dy > 0 ? plot.top - 2 : (plot.top + plot.bottom) / 2];
    let best = Infinity, found = null;
    this.visit(plot, data, (x, y, index, i) => {
      const along = (x - from[0]) * dx + (y - from[1]) * dy, aside = Math.abs((x - from[0]) * dy) + Math.abs((y - from[1]) * dx), cost = along + 2 * aside;
      if (along > .01 && cost < best) { best = cost; found = [index, i]; }
    });
    return found && this.reading(plot, ...found);
  },
  csv(data) {
    const labelled = data.series.some(one => one.labels.length), rows = [["series", ...(labelled ? ["point"] : []), data.x.title, data.y.title, ...(data.color ? [data.color.label] : [])].map(csvText).join(",")];
    data.series.forEach((_, index) => {
      const one = this.series(data, index), name = csvText(one.name);
      for (let i = 0; i < one.x.length; i++) rows.push([name, ...(labelled ? [csvText(one.labels[i] ?? "")] : []), csvNumber(one.x[i]), csvNumber(one.y[i]), ...(data.color ? [one.values ? csvNumber(one.values[i]) : ""] : [])].join(","));
    });
    return rows;
  },
};
