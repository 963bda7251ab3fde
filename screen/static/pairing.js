// A browser that nobody is signed in on: shows a code until somebody has entered it, then it is a screen.
const $ = (id) => document.getElementById(id)
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const EVERY = 2000
const AFTER_REFUSAL = 15000

function say(text, bad = false) {
  if ($('said').textContent !== text) $('said').textContent = text
  $('said').className = bad ? 'bad' : ''
}

async function ask() {
  const got = await fetch('screen/pairing', { method: 'POST', cache: 'no-store', signal: AbortSignal.timeout(15000) })
  if (!got.ok && got.status !== 429) throw new Error(String(got.status))
  return await got.json()
}

function show(answer) {
  $('code').textContent = answer.code ?? ''
  const minutes = Math.ceil(answer.seconds / 60)
  say(answer.error ?? `此码 ${minutes} 分钟内有效，到期自动换新`, Boolean(answer.error))
}

for (;;) {
  try {
    const answer = await ask()
    if (answer.paired) break
    show(answer)
    await sleep(answer.error ? AFTER_REFUSAL : EVERY)
  } catch {
    say('连不上服务，正在自动重试', true)
    await sleep(EVERY)
  }
}
location.reload()
