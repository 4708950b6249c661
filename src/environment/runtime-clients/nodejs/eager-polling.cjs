'use strict'
// Looks for the next event for a moment before the process goes to sleep, because waking up takes longer than many an
// invocation. Each miss doubles the pause until it is tried again, a hit ends it.

const POLLING_MS = 0.1
const MOST_LEFT_OUT = 64

// Held here, because handlers may replace them.
const { performance, setImmediate } = globalThis

let untilMs = 0
let isPolling = false
let pause = 1
let left = 0

function pollEagerly() {
  if (left > 0) {
    left--
    return
  }
  untilMs = performance.now() + POLLING_MS
  isPolling = true
  setImmediate(poll)
}

/** The event is here. */
function stopPolling() {
  if (isPolling) pause = 1
  isPolling = false
}

function poll() {
  if (!isPolling) return
  if (performance.now() < untilMs) {
    setImmediate(poll)
    return
  }
  isPolling = false
  left = pause
  pause = Math.min(pause * 2, MOST_LEFT_OUT)
}

module.exports = { pollEagerly, stopPolling }
