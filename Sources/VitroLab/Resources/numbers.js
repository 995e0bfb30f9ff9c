// Numbers as text and ticks along axes, by the rules of the drawings.
const grouped = digits => {
  const [whole, part] = digits.split("."), apart = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  return part === undefined ? apart : `${apart}.${part}`;
};
const scientific = (value, digits) => {
  const [mantissa, exponent] = Math.abs(value).toExponential(Math.max(0, digits - 1)).split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  const power = String(Math.abs(+exponent)).replace(/\d/g, digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  return `${value < 0 ? "−" : ""}${short}×10${+exponent < 0 ? "⁻" : ""}${power}`;
};
const decimal = (value, places) => {
  if (Math.abs(value) >= 1e15) return scientific(value, 4);
  const digits = Math.abs(value).toFixed(places);
  return (value < 0 && /[1-9]/.test(digits) ? "−" : "") + grouped(digits);
};
const significant = (value, digits) => {
  if (value === 0) return "0";
  const exponent = +Math.abs(value).toExponential(digits - 1).split("e")[1];
  return exponent >= -4 && exponent < Math.max(7, digits) ? decimal(value, Math.max(0, digits - 1 - exponent)) : scientific(value, digits);
};
const bare = (format, value) => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value < 0 ? "−∞" : "∞";
  switch (format.style) {
    case "percent": return decimal(value * 100, format.digits);
    case "fixed": return decimal(value, format.digits);
    case "integer": return decimal(value, 0);
    default: return significant(value, Math.max(1, format.digits));
  }
};
const textOf = (format, value) => bare(format, value) + (format.style === "percent" && Number.isFinite(value) ? "\u202f%" : "");
const roundStep = least => {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 2.5, 5, 10].find(factor => factor * power >= least * (1 - 1e-9)) ?? 10) * power;
};
const ticksWithin = (low, high, count) => {
  const step = roundStep((high - low) / Math.max(1, count)), inverse = Math.round(1 / step), ticks = [];
  const whole = step < 1 && Math.abs(inverse * step - 1) < 1e-12;
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9) && ticks.length < 1000; i++) ticks.push(whole ? i / inverse : i * step);
  return ticks;
};
const logTicks = (low, high, count) => {
  if (Math.log10(high / low) < 0.5) {
    const linear = ticksWithin(low, high, count).filter(tick => tick > 0);
    if (linear.length >= 2) return linear;
  }
  const first = Math.floor(Math.log10(low)), last = Math.floor(Math.log10(high));
  const ticks = (factors, every = 1) => {
    const found = [];
    for (let d = first; d <= last; d++) if (d % every === 0) for (const f of factors) found.push(d < 0 ? f / 10 ** -d : f * 10 ** d);
    return found.filter(tick => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  };
  const full = ticks([1, 2, 5]), sparse = ticks([1, 3]);
  if (full.length <= count + 3) return full;
  return sparse.length <= count + 1 ? sparse : ticks([1], Math.max(1, Math.floor((last - first + count) / Math.max(1, count))));
};
const tickTexts = (format, ticks) => {
  const factor = format.style === "percent" ? 100 : 1, suffix = factor === 100 ? "\u202f%" : "";
  const largest = Math.max(0, ...ticks.map(tick => Math.abs(tick * factor)));
  const step = Math.min(...ticks.slice(1).map((tick, i) => (tick - ticks[i]) * factor), largest || 1);
  if (largest >= 1e7 || (largest > 0 && step <= 1e-5 && !(largest >= 0.01 && step > 1e-9))) {
    const digits = Math.min(15, Math.max(3, Math.ceil(Math.log10(largest / step)) + 1));
    return ticks.map(tick => tick === 0 ? "0" : scientific(tick * factor, digits) + suffix);
  }
  let places = 0;
  while (places < 11 && !ticks.every(tick => { const v = tick * factor * 10 ** places; return Math.abs(Math.round(v) - v) < 1e-3 * step * 10 ** places; })) places++;
  return ticks.map(tick => decimal(tick * factor, places) + suffix);
};
