/* Each entry of the browser's history knows how many of ours lie before it (`depth`), and of the one before it the page
   and the same (`before`). So the way back from a list can go past all that was chosen on it, and each entry has the
   place to which its page was scrolled. */
const PAGE = '[data-testid="stMain"]'
const APP = '[data-testid="stApp"]'
// In ms: how long content is waited for, and after how long without change a page is whole.
const PATIENCE = 15_000
const SETTLED = 1000

const page = () => document.querySelector(PAGE)
const depth = () => history.state?.depth ?? 0

/* The depth of the last entry that is of another page than this one; undefined where there is none of ours. */
function otherPage() {
  const before = history.state?.before
  return before && (before.path === location.pathname ? before.otherPage : before.depth)
}

/* Keeps where each entry's page is scrolled to, and scrolls there again on the way back, when its content has come. */
function places() {
  const tops = new Map()
  let height = 0
  let returning
  const leave = () => {
    clearInterval(returning)
    returning = undefined
  }
  document.addEventListener(
    'scroll',
    ({ target }) => {
      if (returning || !target.matches?.(PAGE)) return
      // What is pulled up because the page below it is gone was not scrolled by the person.
      const isPulled = target.scrollHeight < height && target.scrollTop + target.clientHeight >= target.scrollHeight - 1
      height = target.scrollHeight
      if (!isPulled) tops.set(depth(), target.scrollTop)
    },
    true,
  )
  for (const act of ['wheel', 'touchstart', 'pointerdown', 'keydown']) window.addEventListener(act, leave, true)
  const keep = (top) => {
    leave()
    tops.set(depth(), top)
  }
  const goBack = () => {
    leave()
    const top = tops.get(depth()) ?? 0
    const began = performance.now()
    let drawn = false
    let still = { at: began, height: -1 }
    const look = () => {
      const now = performance.now()
      const isRunning = document.querySelector(APP)?.dataset.testScriptState === 'running'
      drawn ||= isRunning || now - began > SETTLED
      if (!drawn) return // what is seen is still the page that was left
      const main = page()
      height = main.scrollHeight
      if (isRunning || height !== still.height) still = { at: now, height }
      if (main.scrollTop !== top) main.scrollTop = top
      if (now - still.at > SETTLED || now - began > PATIENCE) leave()
    }
    returning = setInterval(look, 50)
  }
  return { top: () => tops.get(depth()) ?? 0, keep, goBack }
}

export default function () {
  if (window.historyOfSteps) return
  window.historyOfSteps = true
  let acted = false
  let ahead = false // the entry is one that the person's last step made, and not one that was come back to
  const push = history.pushState.bind(history)
  const replace = history.replaceState.bind(history)
  let last = { at: -1000, x: 0, y: 0 }
  const scrolled = places()
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
      ahead = false
      scrolled.goBack()
    },
    true,
  )
  // Where the way here is known, the button takes it; else its own step leads to the page.
  window.addEventListener(
    'click',
    (click) => {
      if (!click.target.closest?.('.st-key-way_back button') || otherPage() === undefined) return
      click.stopImmediatePropagation()
      acted = false
      history.go(otherPage() - depth())
    },
    true,
  )
  const write = (state, title, address) => {
    const to = new URL(address ?? location.href, location.href)
    // A step on the same page leaves it where it is; another page begins at its top, however late its path is written.
    const isOther = to.pathname !== location.pathname
    if (to.href !== location.href && acted) {
      acted = false
      ahead = true
      const top = isOther ? 0 : scrolled.top()
      const before = { path: location.pathname, depth: depth(), otherPage: otherPage() }
      push({ ...state, depth: depth() + 1, before }, title, address)
      scrolled.keep(top)
    } else {
      replace({ ...state, depth: history.state?.depth, before: history.state?.before }, title, address)
      if (isOther && ahead) scrolled.keep(0)
    }
  }
  history.pushState = write
  history.replaceState = write
}
