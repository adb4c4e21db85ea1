// The audit: somebody taps who goes in and out, the box counts, and signs how well it did.

import { ask } from "./net.js";
import { make } from "./stage.js";

const $ = (id) => document.getElementById(id);
const element = (name, set = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), set);
  made.append(...inside);
  return made;
};
const percent = (share) => (share == null ? "-" : `${(share * 100).toFixed(1)}\u00a0%`);
const LONGEST_S = 55;

export class Audit {
  constructor(draw) {
    this.draw = draw;
    this.waiting = [];
    this.line = element("select", { ariaLabel: "Line" });
    this.claim = element("select", { ariaLabel: "Claim" }, ...[1, 2, 5, 10].map((share) => new Option(`${share} % of errors`, share / 100, share === 5, share === 5)));
    this.begin = element("button", { type: "button", className: "main", textContent: "Begin", onclick: () => this.#begin() });
    this.undo = element("button", { type: "button", textContent: "Undo last tap", onclick: () => this.#ask({ do: "undo" }) });
    this.certify = element("button", { type: "button", className: "main", textContent: "Certificate", onclick: () => this.#certify() });
    this.taps = element("div", { className: "taps" }, this.#tap("in", "In"), this.#tap("out", "Out"));
    this.result = element("div", { className: "card" });
    this.live = element("p", { className: "small", role: "status" });
    this.plan = make("svg", { class: "plan", role: "img" });
    this.papers = element("p", { className: "row" });
    this.body = element("div", { hidden: true }, this.taps, this.live, element("div", { className: "row" }, this.undo), this.result, this.plan,
      element("div", { className: "row" }, element("label", { textContent: "Claim at most " }, this.claim), this.certify), this.papers);
    this.note = element("p", { className: "bad", role: "alert" });
    $("audit").append(
      element("p", { textContent: "Stand beside the line. Tap once for each person who goes over it, when the feet do." }),
      element("div", { className: "row" }, element("label", { textContent: "Line " }, this.line), this.begin), this.note, this.body);
    document.addEventListener("keydown", (event) => {
      if ($("audit").hidden || this.body.hidden || event.repeat || /INPUT|SELECT/.test(event.target.tagName)) return;
      if (event.key === "i" || event.key === "o") this.#tapped(event.key === "i" ? "in" : "out", performance.now());
    });
  }

  #tap(way, word) {
    const button = element("button", { type: "button", id: `tap-${way}` }, word, element("small", { textContent: "tapped 0, counted 0" }));
    button.onpointerdown = () => this.#tapped(way, performance.now());
    button.onclick = (event) => event.detail === 0 && this.#tapped(way, performance.now());
    return button;
  }

  heard(crossings) {
    for (const { line, way } of crossings) if (line === this.running) this.live.textContent = `The box counted one ${way}.`;
  }

  tick() {
    const names = Object.entries(this.draw.state.lines).filter(([, camera]) => camera === this.draw.state.camera).map(([name]) => name);
    if (names.join() !== [...this.line.options].map((option) => option.value).join())
      this.line.replaceChildren(...names.map((name) => new Option(name)));
    this.begin.disabled = !names.length;
    if (!names.length) this.note.textContent = "There is no line in this picture: draw one and save it.";
    this.#send();
    if (this.running) this.#ask({ do: "look" });
    else if (!this.looked) this.#resume();
  }

  // Another tab, or this one before it was loaded again, may have begun an audit.
  async #resume() {
    this.looked = true;
    const found = await ask("/audit", { do: "look" }).catch(() => null);
    if (!found?.line) return;
    this.line.value = found.line;
    this.#show(found);
  }

  async #begin() {
    navigator.wakeLock?.request("screen").catch(() => {}); // a phone that is held at the door stays awake
    this.papers.replaceChildren();
    await this.#ask({ do: "begin", line: this.line.value });
  }

  #tapped(way, when) {
    navigator.vibrate?.(20);
    this.waiting.push({ way, when });
    this.#send();
  }

  // Taps go to the box with their age, in order; what cannot be sent now is sent with the next one.
  async #send() {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.length) {
      const { way, when } = this.waiting[0];
      const ago = (performance.now() - when) / 1000;
      if (ago < LONGEST_S && !(await this.#ask({ do: "tap", way, ago }))) break;
      this.waiting.shift();
    }
    this.sending = false;
  }

  async #ask(question) {
    try {
      const found = await ask("/audit", { ...question, claim: Number(this.claim.value) });
      this.note.textContent = "";
      this.#show(found);
      return true;
    } catch (refusal) {
      this.note.textContent = refusal.message;
      if (refusal.status === 409) this.#gone(refusal.message);
      return false;
    }
  }

  #gone(why) {
    Object.assign(this, { running: null, waiting: [] });
    this.body.hidden = true;
    this.note.textContent = why;
  }

  #show(found) {
    if (!found.line) return this.#gone("The box was started anew, and the audit has ended: begin another.");
    this.running = found.line;
    this.body.hidden = false;
    this.begin.textContent = "Begin anew";
    for (const way of ["in", "out"])
      $("audit").querySelector(`#tap-${way} small`).textContent = `tapped ${found.true[way]}, counted ${found.told[way]}`;
    const pairs = [
      ["Missed", found.missed.length], ["Counted in vain", found.false.length], ["Net error", percent(found.net_error)],
      ["Absolute error", percent(found.absolute_error)], ["Precision", percent(found.precision)], ["Recall", percent(found.recall)],
      ["Errors, with 95 % confidence at most", percent(found.bound)],
      [`More crossings for ${percent(found.claim)}`, found.more ?? "-"],
    ];
    this.result.replaceChildren(element("table", {}, ...pairs.map(([word, value]) => element("tr", {}, element("td", { textContent: word }), element("td", { textContent: value })))));
    this.#map(found);
  }

  // Where feet were when somebody was missed: dots over the lines, and never a picture.
  #map({ missed, now }) {
    const [wide, high] = [100 * this.draw.stage.aspect, 100];
    this.plan.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    this.plan.replaceChildren();
    for (const shape of this.draw.edit.shapes)
      if (shape.kind === "lines" && shape.name === this.running) {
        make("polyline", { class: "line", points: shape.points.map(([x, y]) => `${x * wide},${y * high}`).join(" ") }, this.plan);
        make("text", { x: shape.points[0][0] * wide, y: shape.points[0][1] * high - 2 }, this.plan).textContent = shape.name;
      }
    let unseen = 0;
    for (const { feet, way, at } of missed) {
      unseen += !feet.length;
      for (const [x, y] of feet) {
        const dot = make("circle", { class: "dot", cx: x * wide, cy: y * high, r: 1.6 }, this.plan);
        make("title", {}, dot).textContent = `${way}, ${Math.round(now - at)} s ago`;
      }
    }
    const told = missed.length ? `${missed.length} missed; at ${unseen} of them nobody was seen in the picture.` : "Nobody was missed.";
    this.plan.setAttribute("aria-label", told);
    this.plan.hidden = !missed.length;
  }

  async #certify() {
    try {
      const signed = await ask("/audit", { do: "certify", claim: Number(this.claim.value) });
      const link = (kind) => element("a", { href: `/certificate.${kind}`, download: `certificate-${signed.line}.${kind}`, textContent: kind.toUpperCase() });
      this.papers.replaceChildren(`Signed and published: ${signed.line}, ${signed.true_in + signed.true_out} persons. `, link("json"), link("pdf"));
    } catch (refusal) {
      this.note.textContent = refusal.message;
    }
  }
}
