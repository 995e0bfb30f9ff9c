// Shapes, as the drawings have them.
const el = (name, attributes = {}, text = "") => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  if (text) node.textContent = text;
  return node;
};
const px = value => Math.round(value * 100) / 100;
const corners = [null, [-.9, -.9, .9, -.9, .9, .9, -.9, .9], [0, -1.25, 1.15, .85, -1.15, .85], [0, -1.3, 1.15, 0, 0, 1.3, -1.15, 0],
  [0, 1.25, 1.15, -.85, -1.15, -.85], [-.5, -1.1, .5, -1.1, 1.1, 0, .5, 1.1, -.5, 1.1, -1.1, 0]];
const outline = (shape, x, y, r) => {
  const at = corners[(shape + Math.floor(shape / 6)) % 6];
  if (!at) return `M${px(x - r)} ${px(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  let data = "";
  for (let i = 0; i < at.length; i += 2) data += `${i ? "L" : "M"}${px(x + at[i] * r)} ${px(y + at[i + 1] * r)}`;
  return data + "Z";
};
// Rectangles that keep clear of one another.
const overlaps = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
