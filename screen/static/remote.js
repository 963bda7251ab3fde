// The remote: shows what the walls of its channel are to show, and changes it.
import { quoted, unheeded } from './address.js'

const settings = JSON.parse(document.getElementById('settings').textContent)
const $ = (id) => document.getElementById(id)
const fresh = () => ({ scene: '', set: '', area: '', period: '', number: -1 })
let wish = fresh()
$('channel').maxLength = settings.longest
const asked = new URLSearchParams(location.search)
const channelAsked = asked.get('channel') ?? ''
$('channel').value = channelAsked.slice(0, settings.longest)
$('heed').textContent = [
  ...unheeded(asked, ['channel']),
  ...(channelAsked.length > settings.longest
    ? [`频道${quoted(channelAsked)}超过 ${settings.longest} 字，只取了前 ${settings.longest} 字`]
    : []),
].join('；')

function element(tag, parent, text = '', className = '') {
  const made = document.createElement(tag)
  made.textContent = text
  made.className = className
  parent.append(made)
  return made
}

function say(text, bad = false) {
  if ($('said').textContent !== text) $('said').textContent = text
  $('said').className = bad ? 'bad' : ''
}

// Numbers of another place or period than the remote names go at once; the new ones come with their answer.
let figuresScope = ''
const scopeOf = (area, period) => `${area} ${period || settings.period}`
function clearFigures() {
  for (const old of document.querySelectorAll('button[data-scene] span')) old.remove()
}

function mark() {
  const period = wish.period || settings.period
  if (scopeOf(wish.area, wish.period) !== figuresScope) clearFigures()
  for (const button of document.querySelectorAll('button[data-period]')) {
    button.setAttribute('aria-pressed', String(button.dataset.period === period))
  }
  for (const button of document.querySelectorAll('button[data-scene]')) {
    const turns = !button.dataset.scene && wish.set === button.dataset.set
    button.setAttribute(
      'aria-pressed',
      String(Boolean(wish.period) && (wish.scene ? button.dataset.scene === wish.scene : turns)),
    )
  }
  $('area').value = wish.area
  $('free').disabled = !wish.period
  const turning = { daily: '日常场景轮播', meeting: '会议场景轮播' }[wish.set] ?? '轮播'
  const place = $('area').selectedOptions[0]?.textContent ?? ''
  say(
    wish.period
      ? `大屏：${settings.scenes[wish.scene] ?? turning}，${place}，${period}`
      : '没有遥控，各屏按自己的地址轮播',
  )
}

// What was pressed counts at once, so that the next press builds upon it and not on an answer that is still on its way;
// and one is sent after the other, so that none overtakes a later one. What was asked before a press no longer holds,
// however late its answer comes: `presses` tells.
let presses = 0
let sending = 0
let last = Promise.resolve()
function send(change) {
  wish = { ...wish, period: wish.period || settings.period, ...change }
  mark()
  queue()
}

function queue() {
  presses += 1
  sending += 1
  last = last.then(deliver)
}

async function deliver() {
  const { scene, set, area, period } = wish
  try {
    const got = await fetch('screen/wish', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ channel: $('channel').value, scene, set, area, period }),
    })
    if (!got.ok) throw new Error(String(got.status))
    const taken = await got.json()
    wish = { ...wish, number: taken.number }
    figures()
  } catch {
    say('没有送达，请再按一次。', true)
    setTimeout(() => {
      wish.number = -1
    }, 3000) // then what really holds is shown again
  } finally {
    sending -= 1
  }
}

async function look() {
  const channel = $('channel').value
  const pressed = presses
  const more = $('area').options.length > 1 ? {} : { areas: '1' }
  try {
    const found = await (
      await fetch(`screen/wish?${new URLSearchParams({ channel, known: wish.number, ...more })}`)
    ).json()
    if (channel !== $('channel').value) return
    if (found.areas) fill(found.areas, found.whole)
    hung(found.walls)
    if (!sending && pressed === presses && (found.number !== wish.number || found.areas)) {
      wish = found
      mark()
      figures()
    }
  } catch {
    say('连不上服务，正在自动重试。', true)
    wish.number = -1
    await new Promise((done) => setTimeout(done, 2000))
  }
}

function fill(areas, whole) {
  $('area').replaceChildren(new Option(whole, ''))
  for (const [zone, label] of [
    [false, '区县'],
    [true, '功能区'],
  ]) {
    const found = areas.filter((area) => area.zone === zone)
    if (!found.length) continue
    const group = element('optgroup', $('area'))
    group.label = label
    group.append(...found.map((area) => new Option(area.name, area.code)))
  }
  $('area').value = wish.area
}

// Which channels have walls, and whether this one has.
function hung(walls) {
  const number = walls[$('channel').value] ?? 0
  $('walls').textContent = number ? `${number} 块屏在听` : '现在没有屏在这个频道'
  $('walls').className = number ? '' : 'bad'
  const names = Object.keys(walls).filter(Boolean)
  if (names.join() === [...$('channels').children].map((option) => option.value).join()) return
  $('channels').replaceChildren(...names.map((name) => new Option(`${walls[name]} 块屏`, name)))
}

// What each scene would say: its first numbers.
async function figures() {
  const asked = new URLSearchParams({ area: wish.area, period: wish.period })
  try {
    const got = await fetch(`screen/figures?${asked}`)
    if (!got.ok) return
    const found = await got.json()
    if (asked.get('area') !== wish.area || asked.get('period') !== wish.period) return
    clearFigures()
    figuresScope = scopeOf(wish.area, wish.period)
    for (const button of document.querySelectorAll('button[data-scene]')) {
      for (const figure of found[button.dataset.scene] ?? []) {
        const line = element('span', button)
        element('i', line, figure.name)
        const value = element('b', line)
        if (figure.state) element('em', value, `${figure.state.shape} `, figure.state.role).style.fontStyle = 'normal'
        value.append(figure.value)
      }
    }
  } catch {
    // The buttons do without until the next look.
  }
}

function preview() {
  const frame = document.querySelector('#preview iframe')
  frame.src = `screen?${new URLSearchParams({ channel: $('channel').value, preview: '1' })}`
}
new ResizeObserver(([{ contentRect }]) => {
  document.querySelector('#preview iframe').style.transform = `scale(${contentRect.width / 1920})`
}).observe($('preview'))

function button(parent, text, data, press) {
  const made = element('button', parent, text)
  made.type = 'button'
  Object.assign(made.dataset, data)
  made.onclick = press
}

const offer = (parent, ids) => {
  for (const id of ids) button(parent, settings.scenes[id], { scene: id }, () => send({ scene: id }))
}
for (const [set, ids] of Object.entries(settings.sets)) {
  button($(set), '轮播', { scene: '', set }, () => send({ scene: '', set }))
  offer($(set), ids)
}
// What stands in no set turns up by itself on no wall, and can be turned to all the same.
const inSets = Object.values(settings.sets).flat()
const others = Object.keys(settings.scenes).filter((id) => !inSets.includes(id))
offer($('others'), others)
$('others').parentElement.hidden = !others.length
for (const period of settings.periods) button($('periods'), period, { period }, () => send({ period }))
$('area').onchange = () => send({ area: $('area').value })
$('free').onclick = () => {
  wish = fresh()
  mark()
  queue()
}
$('channel').onchange = () => {
  history.replaceState(null, '', `?${new URLSearchParams({ channel: $('channel').value })}`)
  wish = fresh()
  preview()
}
preview()
mark()
figures()
for (;;) {
  await look()
  await new Promise((done) => setTimeout(done, 100))
}
