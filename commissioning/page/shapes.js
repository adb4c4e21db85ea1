// What is drawn, as the page keeps it: a list of shapes made from the drawing in the file, and back.

export const KINDS = {
  lines: { word: "line", colour: "#19c3b8", least: 2, most: 10, open: true },
  zones: { word: "zone", colour: "#7aa7ff", least: 3, most: 30 },
  queues: { word: "queue", colour: "#f0a43a", least: 3, most: 30 },
  counters: { word: "counter", colour: "#ff7eb6", least: 3, most: 30 },
  masks: { word: "private", colour: "#9aa5a2", least: 3, most: 30 },
  heatmaps: { word: "floor", colour: "#b6e35a", least: 4, most: 4 },
};

export const MIDDLE = {
  lines: [[0.3, 0.6], [0.7, 0.6]],
  zones: [[0.35, 0.45], [0.65, 0.45], [0.65, 0.75], [0.35, 0.75]],
  heatmaps: [[0.35, 0.45], [0.65, 0.45], [0.75, 0.8], [0.25, 0.8]],
};
MIDDLE.queues = MIDDLE.counters = MIDDLE.masks = MIDDLE.zones;

const copy = (points) => points.map((point) => [...point]);

export function fromDrawing(drawing) {
  const { lines = {}, zones = {}, queues = {}, heatmaps = {} } = drawing.tables;
  const shapes = [];
  for (const [name, line] of Object.entries(lines))
    shapes.push({ kind: "lines", name, points: copy(line.points), right: line.in_side === "right" });
  for (const [name, zone] of Object.entries(zones)) shapes.push({ kind: "zones", name, points: copy(zone.corners) });
  for (const [name, queue] of Object.entries(queues)) {
    shapes.push({ kind: "queues", name, points: copy(queue.corners) });
    for (const customer of queue.counters) shapes.push({ kind: "counters", name, points: copy(customer) });
  }
  for (const outline of drawing.masks) shapes.push({ kind: "masks", name: "", points: copy(outline) });
  for (const [name, map] of Object.entries(heatmaps))
    shapes.push({ kind: "heatmaps", name, points: copy(map.picture), metres: copy(map.metres) });
  return shapes;
}

export function toDrawing(camera, shapes, gates) {
  const tables = { lines: {}, zones: {}, queues: {}, heatmaps: {} };
  const masks = [];
  for (const { kind, name, points, metres } of shapes) {
    if (kind === "masks") masks.push(points);
    else if (kind === "lines") tables.lines[name] = { points };
    else if (kind === "heatmaps") tables.heatmaps[name] = { picture: points, metres };
    else if (kind !== "counters") tables[kind][name] = { corners: points, ...(kind === "queues" && { counters: [] }) };
  }
  for (const { kind, name, points } of shapes) if (kind === "counters") tables.queues[name]?.counters.push(points);
  return { camera, tables, masks, gates };
}

export function freeName(shapes, kind) {
  const word = KINDS[kind].word;
  const taken = new Set(shapes.filter((shape) => shape.kind === kind).map((shape) => shape.name));
  let number = 1;
  while (taken.has(`${word}${number}`)) number += 1;
  return `${word}${number}`;
}

// Left and above of the middle of a shape, for its label and for the arrow of a line.
export function centre(points) {
  const sum = points.reduce(([x, y], point) => [x + point[0], y + point[1]], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

export function faultsOf(shape, problems) {
  const table = shape.kind === "counters" ? "queues" : shape.kind;
  return problems.filter(({ key }) => shape.kind !== "masks" && `${key}.`.startsWith(`${table}.${shape.name}.`));
}
