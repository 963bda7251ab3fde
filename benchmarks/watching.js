// What a reader waits for, noted by the page itself; times are milliseconds of Date.now().
;(() => {
  const seen = { numbers: 0, done: 0, clicked: 0, moved: 0, running: true, stopped: 0, spans: [] }
  window.__benchmark = seen
  const deep = (selector, root) => {
    let number = root.querySelectorAll(selector).length
    for (const element of root.querySelectorAll('*'))
      if (element.shadowRoot) number += deep(selector, element.shadowRoot)
    return number
  }
  const now = () => performance.timeOrigin + performance.now()
  const app = () => document.querySelector('[data-testid=stApp]')
  const drawn = () => document.querySelectorAll('canvas, svg.marks').length
  // An opening is done when the script has ended, and so many numbers stand and charts or maps are drawn.
  const whole = window.__whole
  const look = () => {
    if (!seen.numbers && deep(whole.number, document) >= whole.numbers) seen.numbers = now()
    if (!seen.done && seen.numbers && !seen.running && drawn() >= whole.pictures) seen.done = now()
    if (!seen.done) setTimeout(look, 20)
  }
  // A run of the script: from its beginning until its end is painted.
  let began = 0
  const state = () => {
    const element = app()
    if (!element) return
    const running = element.getAttribute('data-test-script-state') !== 'notRunning'
    if (running === seen.running) return
    seen.running = running
    if (running) {
      began = now()
    } else {
      seen.stopped = now()
      const from = began
      requestAnimationFrame(() => requestAnimationFrame(() => seen.spans.push([from, now()])))
    }
  }
  for (const kind of ['pointerdown', 'keydown'])
    addEventListener(
      kind,
      () => {
        seen.clicked = now()
      },
      { capture: true },
    )
  new MutationObserver(() => {
    seen.moved = now()
    state()
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  })
  look()
})()
