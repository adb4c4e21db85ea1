// The drawing panel: new shapes, the list, the chosen one, what is wrong with them, saving and taking back.

import { ask } from "./net.js";
import { KINDS, MIDDLE, faultsOf, freeName, fromDrawing, toDrawing } from "./shapes.js";

const $ = (id) => document.getElementById(id);
const HELP = {
  lines: "Tap where the line begins and where it ends, more points in between if it bends. People come in the way of the arrow.",
  zones: "Tap the corners of the area, in order round it.",
  queues: "Tap the corners of where people wait, in order round it. Then draw the place where one is served.",
  counters: "Tap the corners of where one stands who is being served.",
  masks: "Tap the corners of what nobody may see: it becomes black before anything looks at the picture.",
  heatmaps: "Tap four marks on the floor whose distances you can measure, in order round them.",
};

export class Draw {
  constructor(edit, say) {
    Object.assign(this, { edit, say, history: [], gates: {}, timer: 0 });
    for (const button of document.querySelectorAll("[data-new]")) button.onclick = () => this.begin(button.dataset.new);
    $("done").onclick = () => this.#finish();
    $("cancel").onclick = () => this.#end();
    $("save").onclick = () => this.save();
    $("undo").onclick = () => this.#post("/undo", {}, "The version before is in force again.");
    $("back").onclick = () => this.#back();
    $("suggest").onclick = () => this.#suggest();
    $("walks").onchange = () => this.walks();
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#end();
      if (event.key === "z" && (event.ctrlKey || event.metaKey) && event.target.tagName !== "INPUT") this.#back();
    });
  }

  // The state as the server tells it: what is in the file, and nothing unsaved.
  load(state) {
    this.state = state;
    Object.assign(this.edit, { shapes: fromDrawing(state.drawing), chosen: null, problems: [] });
    this.gates = structuredClone(state.drawing.gates);
    this.saved = this.#now();
    this.history = [this.saved];
    $("undo").disabled = !state.previous;
    $("file").textContent = state.file;
    this.render();
  }

  get unsaved() {
    return this.#now() !== this.saved;
  }

  #now() {
    return JSON.stringify([this.edit.shapes, this.gates]);
  }

  changed() {
    if (this.#now() !== this.history.at(-1)) this.history.push(this.#now());
    this.history.splice(0, this.history.length - 100);
    this.render();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), 250);
  }

  #back() {
    if (this.history.length < 2) return;
    this.history.pop();
    const [shapes, gates] = JSON.parse(this.history.at(-1));
    const chosen = shapes[this.edit.shapes.indexOf(this.edit.chosen)] ?? null;
    Object.assign(this.edit, { shapes, chosen });
    this.gates = gates;
    this.render();
    this.check();
  }

  begin(kind, name = freeName(this.edit.shapes, kind)) {
    this.choose(null);
    const placing = { kind, name, points: [] };
    placing.add = (point) => {
      placing.points.push(point);
      if (placing.points.length === KINDS[kind].most) this.#finish();
      else this.stage.render();
    };
    this.stage.placing = placing;
    $("drawing").hidden = false;
    $("drawing").querySelector("p").textContent = `${HELP[kind]} Done without a tap puts one in the middle, for the keyboard.`;
    this.stage.render();
    $("done").focus();
  }

  #finish() {
    const { kind, name, points } = this.stage.placing ?? {};
    if (!kind) return;
    if (points.length && points.length < KINDS[kind].least) {
      this.say(`A ${KINDS[kind].word} needs ${KINDS[kind].least} points.`);
      return;
    }
    const shape = { kind, name: kind === "masks" ? "" : name, points: points.length ? points : structuredClone(MIDDLE[kind]) };
    if (kind === "heatmaps") shape.metres = [[0, 0], [2, 0], [2, 2], [0, 2]];
    this.edit.shapes.push(shape);
    this.#end();
    this.choose(shape);
    this.changed();
    if (kind === "queues") this.begin("counters", name);
    else this.stage.svg.querySelector("[data-grip]")?.focus();
  }

  #end() {
    this.stage.placing = null;
    $("drawing").hidden = true;
    this.stage.render();
  }

  choose(shape) {
    this.edit.chosen = shape;
    this.render();
  }

  async check() {
    const answer = await ask("/check", this.#drawing()).catch((refusal) => refusal);
    this.edit.problems = answer.problems ?? [];
    this.loose = answer.status && !answer.problems?.length ? answer.message : "";
    this.render();
  }

  #drawing() {
    return { ...toDrawing(this.state.camera, this.edit.shapes, this.gates), digest: this.state.digest };
  }

  save() {
    return this.#post("/save", this.#drawing(), "Saved, and in force without a restart.");
  }

  async #post(path, body, done) {
    Object.assign($("save"), { disabled: true, textContent: "Saving" });
    try {
      this.load(await ask(path, { digest: this.state.digest, ...body }));
      this.say(done);
    } catch (refusal) {
      this.edit.problems = refusal.problems ?? [];
      this.loose = refusal.problems?.length ? "" : refusal.message;
      this.render();
    }
  }

  async walks() {
    $("heat").hidden = !$("walks").checked;
    if ($("walks").checked) this.stage.heat(await ask("/walked"));
  }

  async #suggest() {
    const { suggestions, ways } = await ask("/suggest");
    const card = $("suggestion");
    card.hidden = false;
    if (suggestions.length) return this.#offer(suggestions, 0);
    card.textContent = `Nothing to suggest yet: ${ways} people were seen walking, and no line would be crossed by half of them. Let people walk.`;
  }

  // One suggestion after the other, dashed in the picture, until one is used.
  #offer(suggestions, number) {
    const { points, crossed, ways, unsure } = suggestions[number];
    const say = Object.assign(document.createElement("p"), {
      textContent: `${crossed} of ${ways}${number ? " others" : " people"} cross this line once and are seen on both sides; ${unsure} would be doubtful.`,
    });
    const row = Object.assign(document.createElement("div"), { className: "row" });
    const act = (text, look, does) => row.append(Object.assign(document.createElement("button"), { type: "button", className: look, textContent: text, onclick: does }));
    const end = () => {
      this.stage.ghost = null;
      $("suggestion").hidden = true;
      this.stage.render();
    };
    act("Use it", "main", () => {
      end();
      const shape = { kind: "lines", name: freeName(this.edit.shapes, "lines"), points };
      this.edit.shapes.push(shape);
      this.choose(shape);
      this.changed();
    });
    if (suggestions.length > 1) act("Another", "", () => this.#offer(suggestions, (number + 1) % suggestions.length));
    act("No", "", end);
    this.stage.ghost = points;
    this.stage.render();
    $("suggestion").replaceChildren(say, row);
    row.firstChild.focus();
  }

  render() {
    this.#list();
    this.#chosen();
    const general = this.edit.problems.filter((problem) => !this.edit.shapes.some((shape) => faultsOf(shape, [problem]).length));
    const texts = [...general.map(({ key, allowed }) => `${key}: ${allowed}`), ...(this.loose ? [this.loose] : [])];
    $("problems").replaceChildren(...texts.map((text) => Object.assign(document.createElement("p"), { className: "bad", textContent: text })));
    $("save").disabled = !this.unsaved;
    $("save").textContent = this.unsaved ? "Save" : "Saved";
    $("back").disabled = this.history.length < 2;
    this.stage?.render();
  }

  #list() {
    $("list").replaceChildren(
      ...this.edit.shapes.map((shape) => {
        const item = document.createElement("li");
        const button = Object.assign(document.createElement("button"), { type: "button" });
        button.setAttribute("aria-pressed", shape === this.edit.chosen);
        const swatch = Object.assign(document.createElement("span"), { className: "swatch" });
        swatch.style.background = KINDS[shape.kind].colour;
        const word = Object.assign(document.createElement("small"), { textContent: KINDS[shape.kind].word });
        button.append(swatch, shape.name || "private region", word);
        for (const { allowed } of faultsOf(shape, this.edit.problems))
          button.append(Object.assign(document.createElement("small"), { className: "flag", textContent: allowed }));
        button.onclick = () => this.choose(shape === this.edit.chosen ? null : shape);
        item.append(button);
        return item;
      }),
    );
  }

  #chosen() {
    const card = $("chosen");
    const shape = this.edit.chosen;
    card.hidden = !shape;
    if (card.shape === shape && shape) return;
    card.shape = shape;
    card.replaceChildren();
    if (!shape) return;
    if (shape.kind !== "masks" && shape.kind !== "counters") card.append(this.#name(shape));
    if (shape.kind === "heatmaps") card.append(this.#metres(shape));
    const row = Object.assign(document.createElement("div"), { className: "row" });
    const act = (text, does) => row.append(Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick: does }));
    if (shape.kind === "lines") act("Swap in and out", () => (shape.points.reverse(), this.changed()));
    if (shape.kind === "queues") act("Another counter", () => this.begin("counters", shape.name));
    act("Delete", () => this.#delete(shape));
    card.append(row);
  }

  #delete(shape) {
    const gone = (other) => other === shape || (shape.kind === "queues" && other.kind === "counters" && other.name === shape.name);
    this.edit.shapes = this.edit.shapes.filter((other) => !gone(other));
    this.choose(null);
    this.changed();
  }

  #name(shape) {
    const label = Object.assign(document.createElement("label"), { textContent: "Name " });
    const input = Object.assign(document.createElement("input"), { type: "text", value: shape.name, maxLength: 32, spellcheck: false });
    input.onchange = () => {
      const taken = this.edit.shapes.some((other) => other !== shape && other.kind === shape.kind && other.name === input.value);
      if (taken) input.value = shape.name;
      for (const other of this.edit.shapes)
        if (other.kind === "counters" && shape.kind === "queues" && other.name === shape.name) other.name = input.value;
      shape.name = input.value;
      this.changed();
    };
    label.append(input);
    return label;
  }

  #metres(shape) {
    const box = Object.assign(document.createElement("div"), { className: "fields" });
    shape.metres.forEach((place, index) =>
      ["across", "away"].forEach((word, axis) => {
        const label = Object.assign(document.createElement("label"), { textContent: `Mark ${index + 1}, metres ${word}` });
        const input = Object.assign(document.createElement("input"), { type: "number", step: 0.1, value: place[axis] });
        input.onchange = () => {
          shape.metres[index] = shape.metres[index].map((value, n) => (n === axis ? Number(input.value) : value));
          this.changed();
        };
        label.append(input);
        box.append(label);
      }),
    );
    return box;
  }
}
