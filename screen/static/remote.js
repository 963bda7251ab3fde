// The remote: shows what the walls of its channel are to show, and changes it.
const settings = JSON.parse(document.getElementById('settings').textContent)
const $ = (id) => document.getElementById(id)
let wish = { scene: '', set: '', area: '', period: settings.period }
$('channel').value = new URLSearchParams(location.search).get('channel') ?? ''

function say(text, bad = false) {
  $('said').textContent = text
  $('said').className = bad ? 'bad' : ''
}

function mark() {
  for (const button of document.querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(wish[button.dataset.name] === button.dataset.value))
  }
  $('area').value = wish.area
  const place = $('area').selectedOptions[0]?.textContent ?? ''
  say(`大屏：${settings.scenes[wish.scene] ?? '自动轮播'}，${place}，${wish.period}`)
}

// What was pressed counts at once, so that the next press builds upon it and not on an answer that is still on its way;
// and one is sent after the other, so that none overtakes a later one.
let sending = 0
let last = Promise.resolve()
function send(change) {
  wish = { ...wish, ...change }
  mark()
  sending += 1
  last = last.then(deliver)
}

async function deliver() {
  const asked = wish
  try {
    const got = await fetch('screen/wish', {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ channel: $('channel').value, scene: asked.scene, set: asked.set, area: asked.area, period: asked.period }),
    })
    if (!got.ok) throw new Error(String(got.status))
    const taken = await got.json()
    wish = { ...wish, number: taken.number }
  } catch {
    say('没有送达，请再按一次。', true)
  } finally {
    sending -= 1
  }
}

async function look(first) {
  try {
    const more = first ? { areas: '1' } : {}
    const found = await (await fetch('screen/wish?' + new URLSearchParams({ channel: $('channel').value, ...more }))).json()
    if (first) {
      $('area').replaceChildren(new Option('全市', ''), ...found.areas.map((area) => new Option(area.name, area.code)))
    }
    if (first || (!sending && found.number !== wish.number)) {
      wish = { ...found, period: found.period || settings.period }
      mark()
    }
  } catch {
    say('连不上服务，正在自动重试。', true)
  }
}

function choice(parent, name, value, text) {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = text
  Object.assign(button.dataset, { name, value })
  button.onclick = () => send({ [name]: value })
  parent.append(button)
}

choice($('scenes'), 'scene', '', '自动轮播')
for (const [id, title] of Object.entries(settings.scenes)) choice($('scenes'), 'scene', id, title)
for (const period of settings.periods) choice($('periods'), 'period', period, period)
$('area').onchange = () => send({ area: $('area').value })
$('channel').onchange = () => look(true)
await look(true)
setInterval(() => look($('area').options.length === 0), 2000)
