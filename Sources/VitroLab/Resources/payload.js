// The numbers behind a figure, decoded when they are first asked for.
const decoded = new Map();
const bytesOf = text => {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
};
const numbers = id => {
  if (!decoded.has(id)) {
    const [head, ...lines] = document.getElementById(id).textContent.split("\n"), arrays = new Map();
    const array = ref => {
      if (!ref) return null;
      const key = ref.line ?? `${ref.start} ${ref.step} ${ref.count}`;
      if (!arrays.has(key)) {
        if (ref.line === undefined) {
          const values = new Float64Array(ref.count);
          for (let i = 0; i < ref.count; i++) values[i] = ref.start + i * ref.step;
          arrays.set(key, values);
        } else {
          const {buffer} = bytesOf(lines[ref.line - 1]);
          arrays.set(key, ref.type === "f4" ? new Float32Array(buffer) : new Float64Array(buffer));
        }
      }
      return arrays.get(key);
    };
    decoded.set(id, {...JSON.parse(head), array});
  }
  return decoded.get(id);
};
// Comma-separated values, as the tables write them: a field that a spreadsheet would take for a formula gets an apostrophe.
const csvText = text => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[,"\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const csvNumber = value => Number.isFinite(value) ? String(value) : Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
// The first index of an ascending list whose value is not below another.
const lowerBound = (values, value) => {
  let low = 0, high = values.length;
  while (low < high) { const middle = (low + high) >> 1; if (values[middle] < value) low = middle + 1; else high = middle; }
  return low;
};
const ascends = values => { for (let i = 1; i < values.length; i++) if (!(values[i] >= values[i - 1])) return false; return true; };
