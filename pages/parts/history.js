export default function () {
  if (window.historyOfSteps) return
  window.historyOfSteps = true
  let acted = false
  const push = history.pushState.bind(history)
  const replace = history.replaceState.bind(history)
  let last = { at: -1000, x: 0, y: 0 }
  window.addEventListener(
    'keydown',
    () => {
      acted = true
    },
    true,
  )
  window.addEventListener(
    'pointerdown',
    ({ clientX: x, clientY: y }) => {
      // The second press of a double click, soon after the first and in its place, is no step of its own.
      const again = performance.now() - last.at < 500 && Math.hypot(x - last.x, y - last.y) < 8
      acted = acted || !again
      last = { at: performance.now(), x, y }
    },
    true,
  )
  window.addEventListener(
    'popstate',
    () => {
      acted = false
    },
    true,
  )
  const write = (state, title, address) => {
    const moves = address !== undefined && address !== null && new URL(address, location.href).href !== location.href
    if (moves && acted) {
      acted = false
      push(state, title, address)
    } else {
      replace(state, title, address)
    }
  }
  history.pushState = write
  history.replaceState = write
}
