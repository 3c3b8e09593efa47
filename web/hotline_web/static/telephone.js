// The sound of a call in the browser's own thread for it: 8000 samples a second, 16 bit, in frames
// of 20 ms, whatever rate this machine runs at.
const LINE_RATE = 8000;
const FRAME = 160;
const BEGIN = 3;  // frames that wait before the first is played: what a network delays unevenly
const MOST = 10;  // more than these is delay that nobody wants: the oldest go
const CROSSINGS = 16;  // of the windowed sinc, to each side
const FINE = 512;  // points of it between two crossings

// Hann's window over sinc, one side of it.
const KERNEL = Float32Array.from({ length: CROSSINGS * FINE + 2 }, (_, n) => {
  const x = n / FINE;
  if (x >= CROSSINGS) return 0;
  const sinc = x ? Math.sin(Math.PI * x) / (Math.PI * x) : 1;
  return sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / CROSSINGS));
});

const weight = (x) => {
  const at = Math.abs(x) * FINE;
  const n = Math.floor(at);
  return n > CROSSINGS * FINE ? 0 : KERNEL[n] + (KERNEL[n + 1] - KERNEL[n]) * (at - n);
};

// From one rate to another, piece by piece; what the lower rate cannot carry is filtered out.
class Resampler {
  constructor(from, to) {
    this.step = from / to;
    this.width = Math.min(1, to / from) * 0.94;
    this.reach = Math.ceil(CROSSINGS / this.width);
    this.past = new Float32Array(2 * this.reach);
    this.at = this.reach;
  }
  run(piece) {
    const all = new Float32Array(this.past.length + piece.length);
    all.set(this.past);
    all.set(piece, this.past.length);
    const made = [];
    for (; this.at + this.reach < all.length; this.at += this.step) made.push(this.one(all));
    const done = Math.max(0, Math.floor(this.at) - this.reach);
    this.past = all.subarray(done).slice();
    this.at -= done;
    return made;
  }
  one(all) {
    let sum = 0;
    const last = Math.floor(this.at + this.reach);
    for (let n = Math.ceil(this.at - this.reach); n <= last; n++) {
      sum += all[n] * weight((n - this.at) * this.width);
    }
    return sum * this.width;
  }
}

// What has come and waits to be played.
class Waiting {
  constructor() {
    this.frames = [];
    this.playing = false;
  }
  add(frame) {
    this.frames.push(frame);
    if (this.frames.length > MOST) this.frames.splice(0, this.frames.length - BEGIN);
    this.playing ||= this.frames.length >= BEGIN;
  }
  next() {
    this.playing &&= this.frames.length > 0;
    return this.playing ? this.frames.shift() : new Float32Array(FRAME);
  }
}

class Telephone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.toLine = new Resampler(sampleRate, LINE_RATE);
    this.fromLine = new Resampler(LINE_RATE, sampleRate);
    this.heard = [];
    this.played = [];
    this.waiting = new Waiting();
    this.port.onmessage = (event) => {
      this.waiting.add(Float32Array.from(new Int16Array(event.data), (one) => one / 32768));
    };
  }
  process([microphone], [[loudspeaker]]) {
    // Without a microphone silence is sent: the box keeps time by what comes.
    this.heard.push(...this.toLine.run(microphone[0] ?? new Float32Array(loudspeaker.length)));
    while (this.heard.length >= FRAME) this.send(this.heard.splice(0, FRAME));
    while (this.played.length < loudspeaker.length) {
      this.played.push(...this.fromLine.run(this.waiting.next()));
    }
    loudspeaker.set(this.played.splice(0, loudspeaker.length));
    return true;
  }
  send(frame) {
    const whole = Int16Array.from(frame, (one) => Math.max(-1, Math.min(1, one)) * 32767);
    this.port.postMessage(whole.buffer, [whole.buffer]);
  }
}

registerProcessor("telephone", Telephone);
