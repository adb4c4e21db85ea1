// Puts the page together: the visit's time, the tabs, and what the box tells.

import { Audit } from "./audit.js";
import { Draw } from "./draw.js";
import { enter, listen, ask } from "./net.js";
import { Goods, Health, Radio } from "./sensors.js";
import { Stage } from "./stage.js";

const $ = (id) => document.getElementById(id);
const VIEWS = {
  covered: "The camera is covered.",
  dark: "The picture is dark.",
  overexposed: "The picture is too bright.",
  blurred: "The picture is blurred: clean the glass, focus the lens.",
  moved: "The camera was moved.",
  frozen: "The picture stands still.",
};
const edit = { shapes: [], chosen: null, problems: [] };
let ends = 0;
let over = false;

function say(text) {
  $("hint").textContent = text;
}

function notice(text, button, act) {
  $("notice").hidden = !text;
  $("notice").querySelector("p").textContent = text;
  const there = $("notice").querySelector("button");
  Object.assign(there, { hidden: !button, textContent: button ?? "", onclick: act ?? null });
}

function clock() {
  const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
  $("left").textContent = over ? "ended" : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
}

function start(state) {
  const draw = new Draw(edit, say);
  const stage = (draw.stage = new Stage(edit, () => draw.changed(), (shape) => draw.choose(shape)));
  const panels = { draw, health: new Health(draw), radio: new Radio(draw), goods: new Goods(), audit: new Audit(draw) };
  let shown = "draw";

  const show = (name) => {
    shown = name;
    document.body.classList.toggle("auditing", name === "audit");
    for (const tab of document.querySelectorAll("[role=tab]")) {
      tab.setAttribute("aria-selected", tab.dataset.panel === name);
      tab.tabIndex = tab.dataset.panel === name ? 0 : -1;
      $(tab.dataset.panel).hidden = tab.dataset.panel !== name;
    }
    panels[name].tick?.();
  };
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.onclick = () => show(tab.dataset.panel);
    tab.onkeydown = (event) => {
      const next = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
      if (next && tab[next]) (tab[next].focus(), tab[next].click());
    };
  }

  const take = (told) => {
    ends = performance.now() + told.left * 1000;
    $("camera").replaceChildren(...told.cameras.map((name) => new Option(name, name, false, name === told.camera)));
    $("picture").setAttribute("aria-label", `Live picture of camera ${told.camera}`);
    draw.load(told);
  };
  $("camera").onchange = async () => {
    if (draw.unsaved && !confirm("What is not saved will be lost.")) return take(draw.state);
    $("waiting").hidden = false;
    take(await ask("/camera", { camera: $("camera").value }));
  };

  const live = listen((message) => {
    if (over) return;
    if (message.ended) {
      over = true;
      clock();
      notice("The time is over, and the page has ended. Run passerby commission on the box again for another.");
    } else if (message.elsewhere) {
      notice("The page is open in another tab or window, which has the picture now.", "Use this one", () => (notice(""), live.again()));
    } else if (message.lost) {
      if (ends < performance.now()) over = true;
      notice(over ? "The time is over, and the page has ended." : "The connection to the box is gone. It is tried again.");
    } else if (message.away) {
      notice("The box starts anew; the picture comes back by itself.");
    } else if (message.declined) {
      notice(`The box does not open the door: ${message.declined}.`);
    } else {
      if (!$("notice").querySelector("button").textContent) notice(VIEWS[message.view] ?? "");
      if (message.picture) stage.picture(message);
      else stage.crossed(message.crossings ?? []);
      panels.audit.heard(message.crossings ?? []);
    }
  });

  take(state);
  show("draw");
  say("Choose a drawing to move its points, or draw a new one.");
  setInterval(() => {
    clock();
    if (over) return;
    panels[shown].tick?.();
    if ($("walks").checked) draw.walks();
  }, 1000);
  addEventListener("beforeunload", (event) => draw.unsaved && !over && event.preventDefault());
  clock();
}

try {
  const state = await enter();
  $("main").hidden = false;
  start(state);
} catch (refusal) {
  notice(refusal.message);
}
