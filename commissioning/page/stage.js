// The picture, who is in it, and the shapes over it, which fingers, mouse and keyboard move.

import { KINDS, centre, faultsOf } from "./shapes.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 1000;
const STEP = 0.005;
const $ = (id) => document.getElementById(id);
const clamp = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;

export function make(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

export class Stage {
  // `edit` has shapes, chosen (a shape or null), problems; `changed(final)` is called when a shape was moved.
  constructor(edit, changed, choose) {
    Object.assign(this, { edit, changed, choose, aspect: 16 / 9, placing: null, ghost: null });
    this.svg = $("shapes");
    this.svg.addEventListener("pointerdown", (event) => this.#down(event));
    this.svg.addEventListener("keydown", (event) => this.#key(event));
  }

  get width() {
    return HEIGHT * this.aspect;
  }

  async picture({ picture, aspect, tracks, crossings = [] }) {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    const canvas = $("picture");
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      this.aspect = aspect;
      canvas.parentElement.style.aspectRatio = String(aspect);
      this.render();
    }
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
    $("waiting").hidden = true;
    this.#people(tracks);
    this.crossed(crossings);
  }

  #people(tracks) {
    const layer = $("tracks");
    layer.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
    for (const old of layer.querySelectorAll(".person")) old.remove();
    for (const [, left, top, right, bottom, guess] of tracks) {
      const group = make("g", { class: "person" }, layer);
      const box = { x: left * this.width, y: top * HEIGHT, width: (right - left) * this.width, height: (bottom - top) * HEIGHT };
      make("rect", { ...box, rx: 8, class: guess ? "guess" : "" }, group);
      make("circle", { cx: ((left + right) / 2) * this.width, cy: bottom * HEIGHT, r: 8 }, group);
    }
  }

  crossed(crossings) {
    for (const { x, y } of crossings) {
      const flash = make("circle", { class: "flash", cx: x * this.width, cy: y * HEIGHT, r: 20 }, $("tracks"));
      setTimeout(() => flash.remove(), 800);
    }
  }

  heat({ columns, rows, cells }) {
    const canvas = $("heat");
    [canvas.width, canvas.height] = [columns, rows];
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    const most = Math.log1p(Math.max(1, ...cells));
    cells.forEach((count, index) => {
      const share = Math.log1p(count) / most;
      image.data.set([255, Math.round(230 - 170 * share), 60, count ? 60 + 195 * share : 0], index * 4);
    });
    context.putImageData(image, 0, 0);
  }

  render() {
    const focused = document.activeElement?.dataset?.grip;
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
    this.svg.replaceChildren();
    const flat = (shape) => (KINDS[shape.kind].open ? 2 : shape.kind === "heatmaps" ? 0 : 1);
    for (const shape of [...this.edit.shapes].sort((a, b) => flat(a) - flat(b))) this.#shape(shape);
    if (this.edit.chosen && !this.placing) this.#grips(this.edit.chosen);
    if (this.ghost) make("polyline", { class: "ghost", points: this.#points(this.ghost) }, this.svg);
    if (this.placing) this.#placed();
    if (focused !== undefined) this.svg.querySelector(`[data-grip="${focused}"]`)?.focus();
  }

  #shape(shape) {
    const { colour, open } = KINDS[shape.kind];
    const chosen = shape === this.edit.chosen;
    const fill = open ? "none" : `${colour}${shape.kind === "masks" ? "cc" : "33"}`;
    const faulty = faultsOf(shape, this.edit.problems).length;
    const points = this.#points(shape.points);
    const look = { points, fill, stroke: faulty ? "#ff5a4f" : colour, class: chosen ? "shape chosen" : "shape" };
    make(open ? "polyline" : "polygon", look, this.svg);
    if (!this.placing) {
      const hit = make(open ? "polyline" : "polygon", { points, class: open ? "hit" : "hit area" }, this.svg);
      hit.shape = shape;
    }
    if (shape.kind === "lines") this.#arrow(shape, colour);
    const [x, y] = centre(shape.points);
    const where = open ? [shape.points[0][0], shape.points[0][1] - 0.02] : [x, y];
    const label = make("text", { class: "label", x: where[0] * this.width, y: where[1] * HEIGHT, "text-anchor": "middle" }, this.svg);
    label.textContent = shape.name || KINDS[shape.kind].word;
  }

  // People who go the way of the arrow come in.
  #arrow(shape, colour) {
    const half = Math.floor((shape.points.length - 1) / 2);
    const [[ax, ay], [bx, by]] = [shape.points[half], shape.points[half + 1]].map(([x, y]) => [x * this.width, y * HEIGHT]);
    const long = Math.hypot(bx - ax, by - ay) || 1;
    const side = shape.right ? -1 : 1;
    const [nx, ny] = [(side * (by - ay)) / long, (-side * (bx - ax)) / long];
    const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
    const tip = [x + 70 * nx, y + 70 * ny];
    const wing = (turn) => [tip[0] - 22 * nx + turn * 14 * ny, tip[1] - 22 * ny - turn * 14 * nx];
    make("path", { class: "shape", fill: "none", stroke: colour, d: `M${x},${y} L${tip} M${wing(1)} L${tip} L${wing(-1)}` }, this.svg);
    const text = make("text", { class: "label", x: x + 100 * nx, y: y + 100 * ny + 9, "text-anchor": "middle" }, this.svg);
    text.textContent = "in";
  }

  #grips(shape) {
    const { word, most, open } = KINDS[shape.kind];
    const scale = HEIGHT / (this.svg.clientHeight || HEIGHT);
    if (shape.points.length < most)
      shape.points.forEach(([x, y], index) => {
        const next = shape.points[index + 1] ?? (open ? null : shape.points[0]);
        if (!next) return;
        const dot = make("circle", { class: "middle", cx: ((x + next[0]) / 2) * this.width, cy: ((y + next[1]) / 2) * HEIGHT, r: 6 * scale }, this.svg);
        dot.dataset.after = index;
      });
    shape.points.forEach(([x, y], index) => {
      const place = { cx: x * this.width, cy: y * HEIGHT };
      const label = `${word} ${shape.name}, point ${index + 1} of ${shape.points.length}: ${Math.round(x * 100)} % across, ${Math.round(y * 100)} % down. Arrow keys move it.`;
      const grip = make("circle", { ...place, r: 22 * scale, class: "grip", tabindex: 0, role: "button", "aria-label": label }, this.svg);
      grip.dataset.grip = index;
      make("circle", { ...place, r: 8 * scale, class: "handle" }, this.svg);
    });
  }

  #placed() {
    make("polyline", { class: "ghost", points: this.#points(this.placing.points) }, this.svg);
    for (const [x, y] of this.placing.points) make("circle", { class: "handle", cx: x * this.width, cy: y * HEIGHT, r: 12 }, this.svg);
  }

  #points(points) {
    return points.map(([x, y]) => `${x * this.width},${y * HEIGHT}`).join(" ");
  }

  #at(event) {
    const box = this.svg.getBoundingClientRect();
    return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
  }

  #down(event) {
    if (event.button > 0) return;
    if (this.placing) {
      this.placing.add(this.#at(event));
      return;
    }
    const { grip, after } = event.target.dataset;
    const shape = grip === undefined && after === undefined ? event.target.shape : this.edit.chosen;
    if (!shape) return this.choose(null);
    if (shape !== this.edit.chosen) this.choose(shape);
    let index = grip === undefined ? null : Number(grip);
    if (after !== undefined) {
      index = Number(after) + 1;
      shape.points.splice(index, 0, this.#at(event));
    }
    this.#drag(event, shape, index);
  }

  // Moves one point, or the whole shape where `index` is null.
  #drag(event, shape, index) {
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    const from = this.#at(event);
    const before = shape.points.map((point) => [...point]);
    let moved = false;
    const move = (next) => {
      const at = this.#at(next);
      const by = [at[0] - from[0], at[1] - from[1]];
      if (!moved && Math.hypot(...by) < 0.004) return;
      moved = true;
      if (index === null) this.#shift(shape, before, by);
      else shape.points[index] = at;
      this.render();
    };
    const end = () => {
      this.svg.removeEventListener("pointermove", move);
      this.svg.removeEventListener("pointerup", end);
      this.svg.removeEventListener("pointercancel", end);
      if (moved) this.changed();
    };
    this.svg.addEventListener("pointermove", move);
    this.svg.addEventListener("pointerup", end);
    this.svg.addEventListener("pointercancel", end);
    if (index !== null) this.svg.querySelector(`[data-grip="${index}"]`)?.focus();
  }

  #shift(shape, before, [dx, dy]) {
    const [xs, ys] = [before.map(([x]) => x), before.map(([, y]) => y)];
    const x = Math.min(1 - Math.max(...xs), Math.max(-Math.min(...xs), dx));
    const y = Math.min(1 - Math.max(...ys), Math.max(-Math.min(...ys), dy));
    shape.points = before.map((point) => [clamp(point[0] + x), clamp(point[1] + y)]);
  }

  #key(event) {
    const index = Number(event.target.dataset.grip);
    const shape = this.edit.chosen;
    if (!shape || Number.isNaN(index)) return;
    const far = event.shiftKey ? 10 : 1;
    const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (by) shape.points[index] = [clamp(shape.points[index][0] + far * by[0]), clamp(shape.points[index][1] + far * by[1])];
    else if (event.key === "Delete" && shape.points.length > KINDS[shape.kind].least) shape.points.splice(index, 1);
    else return;
    event.preventDefault();
    this.render();
    this.changed();
  }
}
