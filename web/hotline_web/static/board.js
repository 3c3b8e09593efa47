// Moves shifts on the board of a week, by mouse or keyboard. Without it each shift is a link to a
// form that does the same. Whatever is moved goes into the draft by an ordinary form.
const board = document.querySelector("table[data-board]");
const STEP = 15;  // minutes
const PIXELS = 12;  // of the mouse for one step
const SLACK = 6;  // pixels before a press becomes a drag

const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
const clock = (n) => {
  const m = ((n % 1440) + 1440) % 1440;
  return `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
};

class Move {
  constructor(shift) {
    this.shift = shift;
    this.home = this.cell = shift.closest("td");
    this.next = shift.nextSibling;
    this.label = shift.querySelector(".number");
    this.text = this.label.textContent;
    this.start = shift.dataset.start;
    this.end = shift.dataset.end;
  }
  get changed() { return this.cell !== this.home || this.end !== this.shift.dataset.end; }
  // Somebody else's shift of the same day: the two swap.
  get swaps() {
    return this.cell.dataset.day === this.home.dataset.day && this.cell !== this.home
      && [...this.cell.querySelectorAll(".shift")].some((one) => one !== this.shift);
  }
  longer(steps) {
    const length = (minutes(this.shift.dataset.end) - minutes(this.start) + 1440) % 1440 || 1440;
    const wanted = Math.round(Math.min(1440, Math.max(STEP, length + steps * STEP)));
    this.end = clock(minutes(this.start) + wanted);
    this.label.textContent = `${this.start}\u2013${this.end}`;
  }
  into(cell) {
    this.cell = cell;
    cell.append(this.shift);
  }
  back() {
    this.label.textContent = this.text;
    this.home.insertBefore(this.shift, this.next);
    this.shift.classList.remove("moving", "pending");
    this.shift.style.transform = "";
  }
  send() {
    const form = document.getElementById("move");
    const [from, to] = [this.home.dataset, this.cell.dataset];
    const fields = this.swaps
      ? { kind: "swap", day: from.day, one: from.person, other: to.person }
      : { kind: "move", person: from.person, day: from.day, at: this.start, to: to.person,
          to_day: to.day, start: this.start, end: this.end };
    for (const [name, value] of Object.entries(fields)) {
      const input = form.elements.namedItem(name);
      input.disabled = false;
      input.value = value;
    }
    form.submit();
  }
}

const say = (words) => { document.getElementById("moving").textContent = words; };

// By keyboard ---------------------------------------------------------------------------------

let held = null;  // the shift that the arrow keys move
let sizes = 0;

const neighbour = (cell, key) => {
  const row = cell.parentElement;
  const rows = [...row.parentElement.rows];
  const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  const there = rows[rows.indexOf(row) + by[0]];
  const found = there && there.cells[cell.cellIndex + by[1]];
  return found && found.dataset.day ? found : null;
};

const letGo = () => { if (held) held.back(); held = null; sizes = 0; };

const pressed = (event) => {
  const shift = event.target.closest(".shift");
  if (!shift || event.altKey || event.ctrlKey || event.metaKey) return;
  const arrow = event.key.startsWith("Arrow");
  const sign = { "+": 1, "=": 1, "-": -1, "\u2212": -1 }[event.key] || 0;
  if (arrow || sign) {
    if (!held) held = new Move(shift);
    const cell = arrow ? neighbour(held.cell, event.key) : null;
    if (cell) held.into(cell);
    if (sign) held.longer(sizes += sign);
    shift.classList.add("pending");
    shift.focus();
    say(`${held.cell.dataset.name}, ${held.start}\u2013${held.end}`);
  } else if (event.key === "Enter" && held && held.changed) {
    held.send();
  } else if (event.key === "Escape" && held) {
    letGo();
    shift.focus();
    say("");
  } else {
    return;
  }
  event.preventDefault();
};

// By mouse ------------------------------------------------------------------------------------

let drag = null;  // { move, x, y, edge, begun }

const cellBelow = (event) => {
  const found = document.elementsFromPoint(event.clientX, event.clientY).find((e) => e.matches("td[data-day]"));
  return found || drag.move.home;
};
const mark = (cell) => {
  for (const one of board.querySelectorAll(".over")) one.classList.remove("over");
  if (cell) cell.classList.add("over");
};

const down = (event) => {
  const shift = event.target.closest(".shift");
  if (!shift || event.button !== 0 || event.pointerType === "touch") return;  // a finger scrolls, and taps
  letGo();
  const edge = event.target.classList.contains("edge");
  drag = { move: new Move(shift), x: event.clientX, y: event.clientY, edge, begun: false };
};
const moved = (event) => {
  if (!drag) return;
  const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.begun && Math.hypot(x, y) < SLACK) return;
  drag.begun = true;
  drag.move.shift.classList.add("moving");
  if (drag.edge) {
    drag.move.longer(Math.round(y / PIXELS));
  } else {
    drag.move.shift.style.transform = `translate(${x}px, ${y}px)`;
    mark(cellBelow(event));
  }
};
const up = (event) => {
  if (!drag) return;
  const { move, begun, edge } = drag;
  if (begun && !edge) move.cell = cellBelow(event);
  drag = null;
  mark(null);
  if (!begun) return;
  // The press must not count as a click on the link, wherever it ends.
  const swallow = (click) => click.preventDefault();
  document.addEventListener("click", swallow, true);
  setTimeout(() => document.removeEventListener("click", swallow, true), 0);
  if (move.changed) move.send();
  else move.back();
};
const given = () => {
  if (drag) drag.move.back();
  drag = null;
  mark(null);
};

if (board) {
  board.classList.add("ready");
  board.addEventListener("keydown", pressed);
  board.addEventListener("focusout", (event) => {
    if (held && event.relatedTarget && event.relatedTarget !== held.shift) letGo();
  });
  board.addEventListener("pointerdown", down);
  board.addEventListener("dragstart", (event) => event.preventDefault());
  document.addEventListener("pointermove", moved);
  document.addEventListener("pointerup", up);
  document.addEventListener("pointercancel", given);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") given(); });
  // After a move the browser comes back to its cell; so does the keyboard.
  const cell = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const first = cell && board.contains(cell) && cell.querySelector(".shift");
  // The browser itself goes to the cell while it loads, and would take the keyboard away again.
  if (first) window.addEventListener("load", () => setTimeout(() => first.focus(), 0));
}
