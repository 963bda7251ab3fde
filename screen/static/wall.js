// The wall: shows the scenes in turn, keeps the last good numbers, and does what a remote of its channel wishes.
import { quoted, unheeded } from './address.js'

const settings = JSON.parse(document.getElementById('settings').textContent)
const asked = new URLSearchParams(location.search)
// The city's own time, as the server tells it: a wall's computer may believe anything. Its wall time is written as if UTC.
const CLOCK = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'UTC',
  month: 'long',
  day: 'numeric',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const sinceStart = (cityTime) => Date.parse(`${cityTime}Z`) - performance.now()
const $ = (id) => document.getElementById(id)
const still = matchMedia('(prefers-reduced-motion: reduce)').matches
const channel = asked.get('channel') ?? ''
const SHORTEST = 5 // seconds that a scene stays at least
const seconds = asked.get('interval') ? Number(asked.get('interval')) : settings.interval
const interval = (seconds >= SHORTEST && seconds < Infinity ? seconds : settings.interval) * 1000
const known = Object.keys(settings.scenes)
const scenesOf = (set) => {
  const found = (asked.get('order')?.split(',') ?? []).filter((id) => known.includes(id))
  return settings.sets[set] ?? (found.length ? found : (settings.sets[asked.get('set')] ?? settings.sets.daily))
}
const pinned = known.includes(asked.get('pin')) ? asked.get('pin') : ''
// The small wall on a remote is no wall of its channel.
const me = asked.has('preview') ? '' : Math.random().toString(36).slice(2)
// What the address asks for and is not there: said instead of numbers, which would be others than were asked for.
const missing = [
  ...(asked.get('order')?.split(',') ?? [])
    .concat(asked.get('pin') ?? [])
    .filter((id) => id && !known.includes(id))
    .map((id) => `场景“${id}”不存在`),
  ...(asked.get('set') && !settings.sets[asked.get('set')] ? [`场景组“${asked.get('set')}”不存在`] : []),
  ...(asked.get('period') && !settings.periods.includes(asked.get('period'))
    ? [`时段“${asked.get('period')}”不存在`]
    : []),
  ...(channel.length > settings.longest ? [`频道名最长 ${settings.longest} 字`] : []),
].map((sentence) => sentence.slice(0, 60))
// The names of a place, as the pages have them too; and all that an address may say.
const PLACES = ['area', 'district', 'street', 'community']
const placeAsked = () => Object.fromEntries(PLACES.map((name) => [name, asked.get(name) ?? '']))
const heed = [
  ...unheeded(asked, [...PLACES, 'period', 'order', 'set', 'pin', 'interval', 'channel', 'preview']),
  ...(interval === seconds * 1000
    ? []
    : [`地址里的间隔${quoted(asked.get('interval'))}不是${SHORTEST}以上的秒数，按${settings.interval}秒轮播`]),
]
// How long a new case is seen where it fell, ms.
const PULSE = 7200

const state = {
  list: [],
  place: {},
  period: '',
  held: '',
  wish: false,
  turns: 0,
  shown: '',
  since: performance.now(),
  pausedUntil: 0,
  version: '',
  cutoff: '',
  goodAt: 0,
  failing: false,
  ticker: [],
  tickerScope: '',
  seen: null,
  pulses: [],
  cityTime: sinceStart(settings.now),
}

function element(tag, className, parent) {
  const made = document.createElement(tag)
  made.className = className
  parent.append(made)
  return made
}

// Only what is new is written: a screen reader would read, and the browser draw, the same words four times a second.
function put(node, text, className = '') {
  if (node.textContent !== text) node.textContent = text
  if (node.className !== className) node.className = className
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
    const part = Math.min(1, Math.max(0, now - began) / 900) // a frame may have begun before it was asked for
    const at = start + (end - start) * (1 - (1 - part) ** 3)
    const text = Math.abs(at).toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places })
    node.textContent = part === 1 ? to : (at < 0 ? '−' : '') + text + after[3]
    if (part < 1 && node.isConnected) requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
}

const scopeOf = (place, period) => `${Object.values(place).join()} ${period}`
const currentScope = () => scopeOf(state.place, state.period)

// Of another place or period a number stands there at once: on the way to it would be numbers that were never true.
function exchange(section, html) {
  const scope = currentScope()
  const moves = section.scope === scope
  section.scope = scope
  if (section.html === html) return
  const before = new Map(
    [...section.querySelectorAll('.kpi')].map((kpi) => [kpi.dataset.key, kpi.querySelector('.value').textContent]),
  )
  section.innerHTML = html
  section.html = html
  for (const kpi of section.querySelectorAll('.kpi')) {
    const value = kpi.querySelector('.value')
    if (moves && before.has(kpi.dataset.key)) count(value, before.get(kpi.dataset.key), value.textContent)
  }
}

// What came in since the last answer pulses; what was there when the wall was turned on does not.
function pulse(arrivals) {
  const fresh = state.seen ? arrivals.filter((one) => !state.seen.has(one.key)) : []
  state.seen = new Set(arrivals.map((one) => one.key))
  for (const { x, y } of fresh) {
    const circle = document.createElementNS('http://www.w3.org/2000/svg', 'circle')
    for (const [name, value] of Object.entries({ cx: x, cy: y, r: 9 })) circle.setAttribute(name, value)
    state.pulses.push({ circle, born: performance.now() })
  }
}

// Pulses outlive the exchange of the scene and a turn to the next one: each goes on where it was.
function drawPulses() {
  const now = performance.now()
  const group = document.querySelector('.scene.shown .arrivals')
  for (const { circle, born } of state.pulses) {
    if (now - born >= PULSE || !group) circle.remove()
    else if (circle.parentNode !== group) {
      circle.style.animationDelay = `${born - now}ms`
      group.append(circle)
    }
  }
  state.pulses = state.pulses.filter((one) => now - one.born < PULSE)
}

function draw(data, whole) {
  if (!state.cutoff) state.since = performance.now() // the first scene stays as long as any other
  $('loading').hidden = true
  for (const scene of data.scenes) {
    const section = $(`scene-${scene.id}`) ?? element('section', 'scene', $('scenes'))
    section.id = `scene-${scene.id}`
    section.setAttribute('aria-label', scene.title)
    section.dataset.said = scene.said
    exchange(section, scene.html)
  }
  const drawn = data.scenes.map((scene) => `scene-${scene.id}`)
  // One scene alone may be the first of another place or period: what is still of the old one goes, and comes again
  // with the whole answer. Nothing of two places stands or turns on one wall.
  const scope = currentScope()
  for (const section of document.querySelectorAll('.scene'))
    if (whole ? !drawn.includes(section.id) : section.scope !== scope) section.remove()
  $('demo').hidden = !data.demo
  state.cutoff = data.cutoff
  if (data.ticker) {
    put($('owner'), data.owner)
    Object.assign(state, { ticker: data.ticker, tickerScope: scope })
    pulse(data.arrivals)
  } else if (state.tickerScope !== scope) state.ticker = []
  show($(`scene-${state.shown}`) ? state.shown : data.scenes[0].id)
  runTicker()
}

// One sentence after the other: a line has room for one.
const inTurn = (lines) => lines[Math.floor(performance.now() / 6000) % (lines.length || 1)]
// All of the place and period that the scene is of.
function runTicker() {
  const line = inTurn(state.ticker)
  put($('ticker'), line?.text ?? '')
  put($('ticker-state'), line?.state ?? '', line?.role ?? '')
}

// The scenes that turn, and one beside them that a remote or the address holds. Of many only the shown one is written out.
const ROOM = 7
function tabs() {
  const ids = state.list.includes(state.shown) ? state.list : [...state.list, state.shown]
  if (ids.join() !== [...$('tabs').children].map((tab) => tab.dataset.scene).join()) {
    $('tabs').replaceChildren()
    for (const id of ids) {
      const tab = element('button', '', $('tabs'))
      tab.type = 'button'
      tab.dataset.scene = id
      tab.setAttribute('aria-label', settings.scenes[id])
      tab.onclick = () => {
        touch()
        show(id)
      }
    }
  }
  for (const tab of $('tabs').children) {
    const current = tab.dataset.scene === state.shown
    put(tab, current || ids.length <= ROOM ? settings.scenes[tab.dataset.scene] : '○')
    tab.setAttribute('aria-current', String(current))
  }
}

// A scene that is not there yet is shown as soon as it is; until then what is shown stays.
function show(id) {
  if (id !== state.shown) state.since = performance.now()
  state.shown = id
  tabs()
  if (!$(`scene-${id}`)) return
  for (const section of document.querySelectorAll('.scene')) {
    const shown = section.id === `scene-${id}`
    section.classList.toggle('shown', shown)
    section.setAttribute('aria-hidden', String(!shown))
    if (shown) put($('scope'), section.dataset.said)
  }
  drawPulses()
}

const paused = () => performance.now() < state.pausedUntil
function step(by) {
  const list = state.list.includes(state.shown) ? state.list : [state.shown, ...state.list]
  show(list[(list.indexOf(state.shown) + by + list.length) % list.length])
  state.since = performance.now()
}

function touch() {
  state.pausedUntil = performance.now() + settings.pause * 1000
  document.body.classList.add('touched')
}

// No number of another district or period is ever seen under the heading that was asked for.
function refuse(sentence) {
  const refused = Boolean(sentence)
  if (refused) {
    for (const section of document.querySelectorAll('.scene')) section.remove()
    Object.assign(state, { version: '', cutoff: '', ticker: [], seen: null })
    put($('scope'), '')
    const [head, text] = $('unknown').children
    put(head, sentence)
    put(text, '请检查大屏地址，或用遥控另选区县和时段。')
  }
  $('unknown').hidden = !refused
  state.refused = refused
}

// Nobody is let in any more (the screen was revoked, a session has ended): what the server then shows is at our own
// address. A page that cannot be had now would be the end of this one, so it is asked for first.
async function begin() {
  const got = await fetch(location.href, { cache: 'no-store' })
  if (got.ok) location.reload()
}

async function answer(address) {
  const stop = new AbortController()
  // The first answer of a server that has just started may take long, and is no failure.
  const timer = setTimeout(() => stop.abort(), state.cutoff ? 15000 : 90000)
  try {
    const got = await fetch(address, { signal: stop.signal, cache: 'no-store' })
    if (got.status === 401) await begin()
    if (!got.ok && got.status !== 404) throw new Error(String(got.status))
    return await got.json()
  } finally {
    clearTimeout(timer)
  }
}

// All that the wall turns through, or `only` one scene, so that a remote is followed within a second.
async function read(only) {
  const scenes = only ? [only] : [...new Set([state.held, ...state.list])].filter(Boolean)
  const wanted = { ...state.place, period: state.period, scenes: scenes.join(), ...(only ? { brief: '1' } : {}) }
  const turns = state.turns
  if (!state.wish && missing.length) return refuse(missing[0])
  try {
    const data = await answer(`screen/data?${new URLSearchParams({ ...wanted, known: only ? '' : state.version })}`)
    if (turns !== state.turns) return // turned elsewhere meanwhile: this is no longer asked for
    if (data.unknown) return refuse(data.unknown)
    if (data.error && !data.version) throw new Error('no answer yet')
    if (state.refused) refuse('')
    state.cityTime = sinceStart(data.now)
    if (data.scenes) {
      if (!only) state.version = data.version
      draw(data, !only)
    }
    state.failing = Boolean(data.error)
    state.goodAt = performance.now() - data.age * 1000
  } catch {
    state.failing = true
  }
}

// What a remote wishes, or where there is no wish (any more) what the address says.
function turn(wish) {
  const free = !wish.period
  const place = free ? placeAsked() : { area: wish.area }
  if (scopeOf(place) !== scopeOf(state.place)) {
    state.seen = null
    for (const { circle } of state.pulses.splice(0)) circle.remove()
  }
  Object.assign(state, {
    place,
    wish: !free,
    held: free ? pinned : wish.scene,
    period: free ? (asked.get('period') ?? '') : wish.period,
    list: scenesOf(wish.set),
    pausedUntil: 0,
    version: '',
    turns: state.turns + 1,
  })
  show(state.held || (state.list.includes(state.shown) ? state.shown : state.list[0]))
}

let heeded = 0
async function obey() {
  const wish = await answer(`screen/wish?${new URLSearchParams({ channel, wall: me, known: heeded })}`)
  if (wish.number === heeded) return
  heeded = wish.number
  turn(wish)
  await read(state.shown)
  await read()
}

// One after the other, never two at once, whatever happens: a wall hangs for months.
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
async function forever(work, pauseMs) {
  for (;;) {
    try {
      await work()
    } catch {
      await sleep(2000) /* the next turn tries again */
    }
    await sleep(pauseMs)
  }
}

function waiting() {
  const seconds = Math.floor(performance.now() / 1000)
  return seconds < 5 ? '' : `刚启动时第一次汇总较慢，已 ${seconds} 秒；好了自动显示，不用刷新`
}

function tell() {
  put($('clock'), CLOCK.format(new Date(state.cityTime + performance.now())))
  const age = (performance.now() - state.goodAt) / 1000
  const level = !state.goodAt ? '' : age > settings.red ? 'red' : age > settings.amber ? 'amber' : ''
  const shape = { red: '■ 数据中断，最近一次 ', amber: '▲ 数据延迟，最近一次 ', '': '数据截至 ' }[level]
  if (!state.cutoff)
    put($('loading').lastElementChild, state.failing ? '数据库或服务没有答复，正在自动重试' : waiting())
  if (state.refused) $('loading').hidden = true
  put(
    $('cutoff'),
    state.refused
      ? ''
      : state.cutoff
        ? shape + state.cutoff
        : state.failing
          ? '▲ 现在读不到数据，正在自动重试'
          : '正在读取数据',
    level,
  )
  put($('mode'), paused() ? '已暂停' : state.wish ? '遥控中' : pinned ? '已固定' : '')
  const turning = !state.held && !paused() && state.list.length > 1
  const part = turning ? (performance.now() - state.since) / interval : 0
  $('progress').firstElementChild.style.transform = `scaleX(${Math.min(1, part)})`
  if (turning && part >= 1) step(1)
  if (!turning) state.since = performance.now()
  if (state.held && !paused() && state.shown !== state.held) show(state.held)
  if (state.pulses.length) drawPulses()
  if (!paused()) document.body.classList.remove('touched')
  runTicker()
  put($('heed'), inTurn(heed) ?? '')
}

addEventListener('pointerdown', touch)
addEventListener('keydown', (event) => {
  const by = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 }[event.key]
  if (by) {
    touch()
    step(by)
    event.preventDefault()
  }
  if (event.key === ' ') {
    state.pausedUntil = paused() ? 0 : performance.now() + settings.pause * 1000
    event.preventDefault()
  }
})
turn({ set: '', period: '' })
tell()
setInterval(tell, 250)
// The server answers at once when there is a new wish, and otherwise after a while.
forever(obey, 100)
forever(() => read(), settings.poll * 1000)
