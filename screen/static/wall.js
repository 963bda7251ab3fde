// The wall: shows the scenes in turn, keeps the last good numbers, and does what a remote of its channel wishes.
const settings = JSON.parse(document.getElementById('settings').textContent)
const asked = new URLSearchParams(location.search)
// The city's own time, wherever the wall's computer believes to be.
const CLOCK = new Intl.DateTimeFormat('zh-CN', {
  timeZone: settings.timezone, month: 'long', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit',
  second: '2-digit', hourCycle: 'h23',
})
const $ = (id) => document.getElementById(id)
const still = matchMedia('(prefers-reduced-motion: reduce)').matches
const channel = asked.get('channel') ?? ''
const interval = Math.max(5, Number(asked.get('interval')) || settings.interval) * 1000
const known = Object.keys(settings.scenes)
const wanted = (asked.get('order')?.split(',') ?? settings.order).filter((id) => known.includes(id))
const order = wanted.length ? wanted : known
const pinned = known.includes(asked.get('pin')) ? asked.get('pin') : ''

const state = {
  area: asked.get('area') ?? '', period: asked.get('period') ?? '', wish: '', wishNumber: null,
  shown: pinned || order[0], since: performance.now(), pausedUntil: 0, version: '', goodAt: 0, failing: false, ticker: [], at: 0,
  seen: new Set(),
}

function element(tag, className, parent) {
  const made = document.createElement(tag)
  made.className = className
  parent.append(made)
  return made
}

// Numbers count up or down to their new value; all else is exchanged at once.
const NUMBER = /^([−-]?)([\d,]+(?:\.\d+)?)(.*)$/
function count(node, from, to) {
  const [before, after] = [NUMBER.exec(from), NUMBER.exec(to)]
  if (still || !before || !after || before[3] !== after[3] || from === to) return
  const places = after[2].split('.')[1]?.length ?? 0
  const value = (found) => Number(found[2].replaceAll(',', '')) * (found[1] ? -1 : 1)
  const [start, end, began] = [value(before), value(after), performance.now()]
  node.classList.add('changed')
  const step = (now) => {
    const part = Math.min(1, (now - began) / 900)
    const at = start + (end - start) * (1 - (1 - part) ** 3)
    const text = Math.abs(at).toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places })
    node.textContent = part === 1 ? to : (at < 0 ? '−' : '') + text + after[3]
    if (part < 1 && node.isConnected) requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
}

function exchange(section, html) {
  if (section.html === html) return
  const before = new Map([...section.querySelectorAll('.kpi')].map((kpi) => [kpi.dataset.key, kpi.querySelector('.value').textContent]))
  section.innerHTML = html
  section.html = html
  for (const kpi of section.querySelectorAll('.kpi')) {
    const value = kpi.querySelector('.value')
    if (before.has(kpi.dataset.key)) count(value, before.get(kpi.dataset.key), value.textContent)
  }
}

function pulse(arrivals) {
  const first = state.seen.size === 0
  const fresh = arrivals.filter((one) => !state.seen.has(one.key))
  state.seen = new Set(arrivals.map((one) => one.key))
  if (state.seen.size === 0) state.seen.add('')
  if (first || still) return
  for (const group of document.querySelectorAll('.scene.shown .arrivals')) {
    group.replaceChildren()
    for (const { x, y } of fresh) {
      const circle = document.createElementNS('http://www.w3.org/2000/svg', 'circle')
      for (const [name, value] of Object.entries({ cx: x, cy: y, r: 2 })) circle.setAttribute(name, value)
      group.append(circle)
    }
  }
}

function draw(data) {
  for (const scene of data.scenes) {
    const section = $(`scene-${scene.id}`) ?? element('section', 'scene', $('scenes'))
    section.id = `scene-${scene.id}`
    section.setAttribute('aria-label', scene.title)
    section.dataset.said = scene.said
    exchange(section, scene.html)
  }
  $('demo').hidden = !data.demo
  state.cutoff = data.cutoff
  state.ticker = data.ticker
  pulse(data.arrivals)
  show(state.shown)
}

function show(id) {
  if (id !== state.shown) state.since = performance.now()
  state.shown = id
  for (const section of document.querySelectorAll('.scene')) {
    const shown = section.id === `scene-${id}`
    section.classList.toggle('shown', shown)
    section.setAttribute('aria-hidden', String(!shown))
    if (shown) $('scope').textContent = section.dataset.said
  }
  for (const tab of $('tabs').children) tab.setAttribute('aria-current', String(tab.dataset.scene === id))
}

const held = () => state.wish || pinned
const paused = () => performance.now() < state.pausedUntil
function step(by) {
  const list = order.includes(state.shown) ? order : [state.shown, ...order]
  show(list[(list.indexOf(state.shown) + by + list.length) % list.length])
  state.since = performance.now()
}

function touch() {
  state.pausedUntil = performance.now() + settings.pause * 1000
  document.body.classList.add('touched')
}

async function answer(address) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), 15000)
  try {
    const got = await fetch(address, { signal: stop.signal, cache: 'no-store' })
    if (!got.ok) throw new Error(String(got.status))
    return await got.json()
  } finally {
    clearTimeout(timer)
  }
}

async function read() {
  const address = 'screen/data?' + new URLSearchParams({ area: state.area, period: state.period, known: state.version })
  const wanted = address
  try {
    const data = await answer(address)
    if (data.scenes) {
      state.version = data.version
      draw(data)
    }
    state.failing = Boolean(data.error)
    state.goodAt = performance.now() - data.age * 1000
  } catch {
    state.failing = true
  }
  return wanted
}

async function obey() {
  try {
    const wish = await answer('screen/wish?' + new URLSearchParams({ channel }))
    if (wish.number === state.wishNumber) return
    const first = state.wishNumber === null
    state.wishNumber = wish.number
    if (first && wish.number === 0) return
    const moved = wish.area !== state.area || wish.period !== state.period
    Object.assign(state, { wish: wish.scene, area: wish.area, period: wish.period, pausedUntil: 0 })
    if (wish.scene) show(wish.scene)
    if (moved) {
      state.version = ''
      state.seen = new Set()
      await read()
    }
  } catch {
    // The next look tells; what is shown stays.
  }
}

// One after the other, never two at once, whatever happens: a wall hangs for months.
async function forever(work, pauseMs) {
  for (;;) {
    try { await work() } catch { /* the next turn tries again */ }
    await new Promise((done) => setTimeout(done, pauseMs))
  }
}

function tell() {
  $('clock').textContent = CLOCK.format(new Date())
  const age = (performance.now() - state.goodAt) / 1000
  const level = !state.goodAt ? '' : age > settings.red ? 'red' : age > settings.amber ? 'amber' : ''
  $('cutoff').className = level
  const shape = { red: '■ 数据中断，最近一次 ', amber: '▲ 数据延迟，最近一次 ', '': '数据截至 ' }[level]
  $('cutoff').textContent = state.cutoff ? shape + state.cutoff : state.failing ? '▲ 现在读不到数据，正在自动重试' : '正在读取数据'
  $('mode').textContent = state.wish ? '遥控中' : pinned ? '已固定' : paused() ? '已暂停' : ''
  const turning = !held() && !paused() && order.length > 1
  const part = turning ? (performance.now() - state.since) / interval : 0
  $('progress').firstElementChild.style.transform = `scaleX(${Math.min(1, part)})`
  if (turning && part >= 1) step(1)
  if (!turning) state.since = performance.now()
  if (!paused()) document.body.classList.remove('touched')
  const lines = state.ticker
  const line = lines[Math.floor(performance.now() / 6000) % (lines.length || 1)]
  $('ticker').textContent = line?.text ?? ''
  $('ticker-state').textContent = line?.state ?? ''
  $('ticker-state').className = line?.role ?? ''
}

for (const id of order) {
  const tab = element('button', '', $('tabs'))
  tab.type = 'button'
  tab.textContent = settings.scenes[id]
  tab.dataset.scene = id
  tab.onclick = () => { touch(); show(id) }
}
addEventListener('pointerdown', touch)
addEventListener('keydown', (event) => {
  const by = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 }[event.key]
  if (by) { touch(); step(by); event.preventDefault() }
  if (event.key === ' ') { state.pausedUntil = paused() ? 0 : performance.now() + settings.pause * 1000; event.preventDefault() }
})
show(state.shown)
tell()
setInterval(tell, 250)
forever(obey, 600)
forever(read, settings.poll * 1000)
