// What the page does beyond htmx. Everything works without it.
const stale = document.getElementById("stale");
const show = (lost) => { if (stale) stale.hidden = !lost; };

// A page nobody looks at asks for nothing.
document.addEventListener("htmx:config:request", (event) => {
  if (document.hidden) event.preventDefault();
});
// Old news must not look like new: say when the box no longer answers.
document.addEventListener("htmx:error", () => show(true));
document.addEventListener("htmx:response:error", () => show(true));
document.addEventListener("htmx:after:swap", () => show(false));

// One recording at a time.
document.addEventListener("play", (event) => {
  for (const other of document.querySelectorAll("audio")) {
    if (other !== event.target) other.pause();
  }
}, true);

// A password may be looked at by who types it.
for (const tick of document.querySelectorAll("[data-reveals]")) {
  tick.hidden = false;
  tick.addEventListener("change", (event) => {
    document.getElementById(tick.dataset.reveals).type = event.target.checked ? "text" : "password";
  });
}
