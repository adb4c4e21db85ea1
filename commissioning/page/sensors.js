// What the sensors say of themselves: the camera's fitness, the strengths of signals, badges and goods.

import { ask } from "./net.js";

const $ = (id) => document.getElementById(id);
const element = (name, set = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), set);
  made.append(...inside);
  return made;
};
const rows = (pairs) => element("table", {}, ...pairs.map(([word, value, look]) => element("tr", {}, element("td", { textContent: word }), element("td", { textContent: value, className: look ?? "" }))));

export class Health {
  constructor(draw) {
    this.draw = draw;
    this.figures = element("div", { className: "card" });
    this.height = element("input", { type: "number", min: 0.5, max: 20, step: 0.1, value: 2.8 });
    this.lens = element("input", { type: "text", value: "70", spellcheck: false });
    this.verdicts = element("div");
    const form = element(
      "div",
      { className: "card" },
      element("p", { textContent: "What is it good for, where it hangs?" }),
      element("div", { className: "fields" },
        element("label", { textContent: "Height above the floor, m" }, this.height),
        element("label", { textContent: "Lens: degrees, 4mm, pi-v3 ..." }, this.lens)),
      element("div", { className: "row" }, element("button", { type: "button", className: "main", textContent: "Judge the camera", onclick: () => this.judge() })),
      this.verdicts,
    );
    $("health").append(this.figures, form);
  }

  async tick() {
    const { health, figures } = await ask("/sensed").catch(() => ({}));
    if (!health) return;
    const camera = health.sensors.find((one) => one.sensor === "camera" && one.name === this.draw.state.camera) ?? {};
    const told = [
      ["State", camera.reason ? `${camera.state}: ${camera.reason}` : camera.state ?? "unknown", camera.reason ? "bad" : "good"],
      ["Pictures looked at a second", camera.rate ?? "-"],
      ["Newest picture", camera.age == null ? "-" : `${camera.age} s ago`],
    ];
    if (figures?.width)
      told.push(
        ["Size", `${figures.width} x ${figures.height}`],
        ["The camera gives", `${figures.fps.toFixed(1)} a second`],
        ["Light, 16 to 235", figures.light.toFixed(0)],
        ["Blur, 0 to 1", figures.blur.toFixed(2)],
      );
    this.figures.replaceChildren(rows(told));
  }

  async judge() {
    const answer = await ask("/mount", { height: Number(this.height.value), lens: this.lens.value }).catch((refusal) => refusal);
    if (!answer.serves) return this.verdicts.replaceChildren(element("p", { className: "bad", textContent: answer.message }));
    this.verdicts.replaceChildren(
      ...answer.serves.map(({ metric, served, why }) => element("p", {}, element("b", { className: served ? "good" : "bad", textContent: served ? "Yes: " : "No: " }), `${metric}: ${why}.`)),
      ...answer.advice.map((text) => element("p", { className: "warn", textContent: text })),
    );
  }
}

const [QUIET, LOUD] = [-100, -30];
const WORDS = { gate_dbm: "Heard at all from", inside_dbm: "Inside from", near_dbm: "Near from", enter_dbm: "Inside from", leave_dbm: "Gone below" };

export class Radio {
  constructor(draw) {
    this.draw = draw;
    this.charts = {};
  }

  tick() {
    if (!Object.keys(this.charts).length) this.#build();
    ask("/sensed").then(({ signals }) => {
      for (const [name, chart] of Object.entries(this.charts)) this.#chart(name, chart, signals[name] ?? {});
    }, () => {});
  }

  #build() {
    const radios = Object.entries(this.draw.state.radios);
    $("radio").replaceChildren();
    if (!radios.length) $("radio").append(element("p", { textContent: "This box has no WiFi or Bluetooth radio configured." }));
    for (const [name, { kind, ...gates }] of radios) {
      const chart = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      chart.setAttribute("class", "hist");
      chart.setAttribute("viewBox", "0 0 100 46");
      chart.setAttribute("preserveAspectRatio", "none");
      chart.setAttribute("role", "img");
      const note = element("p", { className: "small" });
      const sliders = Object.entries(gates).map(([key, value]) => this.#slider(kind, name, key, value));
      this.charts[name] = { chart, note, kind };
      $("radio").append(element("div", { className: "card" }, element("h2", { textContent: `${kind === "wifi" ? "WiFi" : "Bluetooth"} ${name}` }), chart, note, ...sliders));
    }
    $("radio").append(
      element("p", { className: "small", textContent: "Each bar is a strength of signal. Walk to the edge of the shop with your phone, and put the gate where its signals end. The gate is saved with the drawings." }),
      element("button", { type: "button", className: "main", textContent: "Save", onclick: () => this.draw.save() }),
    );
  }

  #slider(kind, name, key, value) {
    const shown = element("output", { textContent: `${value} dBm` });
    const input = element("input", { type: "range", min: QUIET, max: LOUD, value });
    input.oninput = () => {
      shown.textContent = `${input.value} dBm`;
      this.draw.state.radios[name][key] = Number(input.value);
      this.draw.gates[kind] ??= {};
      (this.draw.gates[kind][name] ??= {})[key] = Number(input.value);
      this.tick();
    };
    input.onchange = () => this.draw.changed();
    return element("label", { className: "small" }, `${WORDS[key]} `, shown, input);
  }

  #chart(name, { chart, note, kind }, counts) {
    const radio = this.draw.state.radios[name];
    const gate = kind === "wifi" ? radio.gate_dbm : radio.enter_dbm;
    const most = Math.max(1, ...Object.values(counts));
    const x = (dbm) => ((dbm - QUIET) / (LOUD - QUIET)) * 100;
    const bars = Object.entries(counts).map(([dbm, count]) => `<rect class="${dbm >= gate ? "bar in" : "bar"}" x="${x(Number(dbm))}" y="${40 - (38 * count) / most}" width="1.2" height="${(38 * count) / most}"/>`);
    const ticks = [-90, -70, -50].map((dbm) => `<text x="${x(dbm)}" y="45" text-anchor="middle">${dbm}</text>`);
    chart.innerHTML = `${bars.join("")}<line class="gate" x1="${x(gate)}" x2="${x(gate)}" y1="0" y2="40"/>${ticks.join("")}`;
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const inside = Object.entries(counts).reduce((sum, [dbm, count]) => sum + (dbm >= gate ? count : 0), 0);
    note.textContent = all ? `${inside} of ${all} signals are at or above ${gate} dBm.` : "Nothing was heard yet.";
    chart.setAttribute("aria-label", note.textContent);
  }
}

export class Goods {
  constructor() {
    this.badges = element("div", { className: "card" });
    this.goods = element("div", { className: "card" });
    $("goods").append(this.badges, this.goods);
  }

  async tick() {
    const { badges, goods } = await ask("/sensed").catch(() => ({}));
    if (!badges) return;
    const heard = badges.sort((a, b) => b.rssi_dbm - a.rssi_dbm).map(({ badge, rssi_dbm, ago }) => {
      const [radio, ...role] = badge.split(" ");
      return [`${role.join(" ")} at ${radio}, ${rssi_dbm} dBm`, ago < 3 ? "now" : `${Math.round(ago)} s ago`, ago < 3 ? "good" : ""];
    });
    this.badges.replaceChildren(
      element("p", { className: "now", textContent: "Hold the badge to the counter now" }),
      heard.length ? rows(heard) : element("p", { textContent: "No badge of the shop is heard." }),
    );
    const shelves = Object.entries(goods).map(([antenna, skus]) => [antenna, Object.entries(skus).map(([sku, count]) => `${count} x ${sku}`).join(", ") || "nothing"]);
    this.goods.replaceChildren(
      element("p", { className: "now", textContent: "Hold a tagged article to the reader" }),
      shelves.length ? rows(shelves) : element("p", { textContent: "No reader tells of goods." }),
    );
  }
}
