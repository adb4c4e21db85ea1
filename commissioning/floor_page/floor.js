// Asks for the figures of this moment every few seconds and draws them: outlines and numbers, never a picture.

const EVERY = 5000, OLD = 30, WIDE = 960, HIGH = 540;
const SVG = "http://www.w3.org/2000/svg";
const place = (id) => document.getElementById(id);
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const shown = (number) => (number === null || number === undefined ? "?" : String(number));

function node(name, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function card(title, number, unit) {
  const made = document.createElement("div");
  made.className = "card";
  for (const [tag, text] of [["small", title], ["b", number], ["small", unit]]) {
    made.append(Object.assign(document.createElement(tag), { textContent: text }));
  }
  return made;
}

function middle(points) {
  const sum = points.reduce(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return [(sum[0] / points.length) * WIDE, (sum[1] / points.length) * HIGH];
}

function outline(kind, one) {
  const points = one.points.map(([x, y]) => `${x * WIDE},${y * HIGH}`).join(" ");
  const made = [node(kind === "line" ? "polyline" : "polygon", { class: kind, points })];
  const [x, y] = middle(one.points);
  if (kind !== "line") made.push(node("text", { class: "count", x, y: y + 8 }, shown(one.persons)));
  made.push(node("text", { x, y: y + (kind === "line" ? -8 : 34) }, one.name));
  return made;
}

function schematic(camera) {
  const made = document.createElement("div");
  made.className = "card";
  made.append(Object.assign(document.createElement("h2"), { textContent: camera.name }));
  const said = [...camera.zones, ...camera.queues].map((one) => `${one.name}: ${shown(one.persons)}`).join(", ");
  const drawing = node("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": said || "nothing drawn" });
  for (const [kind, of] of [["zone", camera.zones], ["queue", camera.queues], ["line", camera.lines]]) {
    for (const one of of) drawing.append(...outline(kind, one));
  }
  made.append(drawing);
  return made;
}

function draw(floor) {
  place("site").textContent = floor.site;
  document.title = `${floor.site}: shop floor`;
  const queues = floor.cameras.flatMap((camera) => camera.queues);
  place("figures").replaceChildren(
    ...floor.areas.map((area) => card(area.name, shown(area.persons), "persons inside")),
    ...queues.flatMap((queue) => [
      card(queue.name, shown(queue.persons), "waiting"),
      card(queue.name, shown(queue.wait_minutes), "minutes to wait"),
    ]),
  );
  place("cameras").replaceChildren(...floor.cameras.map(schematic));
}

let heard = 0;

function tell(text, old) {
  place("age").textContent = text;
  document.body.classList.toggle("old", old);
}

async function ask() {
  try {
    const answer = await fetch("/floor.json", { signal: AbortSignal.timeout(EVERY) });
    const floor = await answer.json();
    if (!answer.ok) throw new Error(floor.error);
    heard = Date.now();
    draw(floor);
    tell(`as of ${new Date().toLocaleTimeString()}`, false);
  } catch (error) {
    const seconds = Math.round((Date.now() - heard) / 1000);
    const since = heard ? `no answer for ${plural(seconds, "second")}` : "no answer yet";
    tell(`${since}: ${error.message || "the box cannot be reached"}`, !heard || seconds > OLD);
  }
  setTimeout(ask, EVERY);
}

ask();
