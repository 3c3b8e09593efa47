// The inbox by single keys, and its player: where one is in the sound, how fast, without pauses.
// Without this file the browser's own player is there, and every link and form.
const byId = (id) => document.getElementById(id);

// A browser that keeps nothing forgets the choice, and no more.
const kept = (name, value) => {
  try {
    if (value !== undefined) localStorage.setItem(name, value);
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};

// The player -----------------------------------------------------------------------------------

const player = byId("player");
const sound = player?.querySelector("audio");
const place = byId("place");
const STEP_S = 2;  // an arrow key
const FAR_S = 10;  // Page Up and Page Down
const SPEED = "inbox-speed";
const SKIP = "inbox-skip";

const shown = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const startPlayer = () => {
  const seconds = Number(player.dataset.seconds);
  const pauses = JSON.parse(player.dataset.pauses);
  const bars = player.querySelector("svg").viewBox.baseVal.width;
  const [played, head] = [player.querySelector("#played rect"), byId("head")];
  const [play, skip, clock] = ["play", "skip", "clock"].map(byId);
  const words = { play: play.textContent, pause: play.dataset.pause };
  let wanted = null;  // a place that was chosen before the sound is there

  const now = () => wanted ?? sound.currentTime;
  const show = () => {
    const x = Math.min(1, now() / seconds) * bars;
    played.setAttribute("width", x);
    for (const end of ["x1", "x2"]) head.setAttribute(end, x);
    clock.textContent = shown(now());
    place.value = now();
    // Told when it is moved by hand; while it plays, a screen reader has the sound to listen to.
    if (sound.paused || !place.ariaValueText) place.ariaValueText = shown(now());
  };
  const seek = (to) => {
    const at = Math.max(0, Math.min(seconds, to));
    if (sound.readyState) {
      sound.currentTime = at;
    } else {
      wanted = at;
      sound.preload = "auto";
      sound.load();
    }
    show();
  };
  sound.addEventListener("loadedmetadata", () => {
    if (wanted !== null) sound.currentTime = wanted;
    wanted = null;
    sound.playbackRate = sound.defaultPlaybackRate;
  });

  const leaveOut = () => {
    if (!skip?.checked || sound.paused) return;
    const pause = pauses.find(([from, to]) => sound.currentTime >= from && sound.currentTime < to);
    if (pause) sound.currentTime = pause[1];
  };
  const less = matchMedia("(prefers-reduced-motion: reduce)");
  const follow = () => {
    leaveOut();
    show();
    if (!sound.paused && !less.matches) requestAnimationFrame(follow);
  };
  sound.addEventListener("timeupdate", () => { leaveOut(); show(); });
  sound.addEventListener("seeked", show);
  for (const event of ["play", "pause", "ended"]) {
    sound.addEventListener(event, () => {
      play.textContent = sound.paused ? words.play : words.pause;
      follow();
    });
  }
  play.addEventListener("click", () => { sound.paused ? sound.play().catch(() => {}) : sound.pause(); });

  place.addEventListener("input", () => seek(Number(place.value)));
  place.addEventListener("keydown", (event) => {
    const by = {
      ArrowRight: STEP_S, ArrowUp: STEP_S, ArrowLeft: -STEP_S, ArrowDown: -STEP_S,
      PageUp: FAR_S, PageDown: -FAR_S, Home: -seconds, End: seconds,
    }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    seek(now() + by);
  });

  const speeds = [...player.querySelectorAll("[data-speed]")];
  const hurry = (speed) => {
    sound.defaultPlaybackRate = sound.playbackRate = Number(speed);
    for (const one of speeds) one.setAttribute("aria-pressed", one.dataset.speed === speed);
  };
  for (const one of speeds) {
    one.addEventListener("click", () => { hurry(one.dataset.speed); kept(SPEED, one.dataset.speed); });
  }
  if (speeds.some((one) => one.dataset.speed === kept(SPEED))) hurry(kept(SPEED));
  if (skip) {
    skip.checked = kept(SKIP) === "yes";
    skip.addEventListener("change", () => kept(SKIP, skip.checked ? "yes" : "no"));
  }
  sound.controls = false;
  place.hidden = byId("controls").hidden = false;
  show();
};
if (place) startPlayer();

// The keys -------------------------------------------------------------------------------------

const help = byId("keys");
const single = byId("single-keys");
const SINGLE = "inbox-keys";
const TYPING = "input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]";
const PRESSED_BY_SPACE = "a, button, summary, input:not([type=range])";

const rows = [...document.querySelectorAll("[data-row]")];
const go = (by) => {
  const on = document.querySelector(by > 0 ? "a[rel=next]" : "a[rel=prev]");
  if (!rows.length) return on?.click();
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  rows[Math.max(0, Math.min(rows.length - 1, next))].focus();
};
const open = (id, field) => {
  const folded = byId(id);
  if (!folded) return;
  folded.open = true;
  folded.querySelector(field).focus();
};
const ACTS = {
  j: () => go(1),
  k: () => go(-1),
  d: () => byId("done")?.requestSubmit(),
  a: () => open("assign", "select"),
  n: () => open("note", "textarea"),
  t: () => open("due", "input[type=date]"),
  " ": () => byId("play")?.click(),
  "?": () => help.showModal(),
};

// On a keyboard of other letters it is the key in the same place.
const letter = (event) => {
  const key = event.key.toLowerCase();
  return /^[a-z? ]$/.test(key) || !event.code.startsWith("Key") ? key : event.code.slice(3).toLowerCase();
};

document.addEventListener("keydown", (event) => {
  if (!single.checked || help.open || event.repeat) return;
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest(TYPING)) return;
  const key = letter(event);
  if (key === " " && (!byId("play") || event.target.closest(PRESSED_BY_SPACE))) return;
  if (!Object.hasOwn(ACTS, key)) return;
  event.preventDefault();
  ACTS[key]();
});
byId("show-keys").hidden = false;
byId("show-keys").addEventListener("click", () => help.showModal());
single.checked = kept(SINGLE) !== "off";
single.addEventListener("change", () => kept(SINGLE, single.checked ? "on" : "off"));
