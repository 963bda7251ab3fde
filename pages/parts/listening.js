/* The server says on a line of each page which data there is now (server/news.py). Where it is not what the page shows,
   the page asks to be drawn anew: at once, and again every so many seconds, as it does where the line is cut. */
export default function ({ data, parentElement: page, setTriggerValue }) {
  const ask = () => setTriggerValue('news', page.heard ?? '')
  page.mark = data.mark
  page.look = () => {
    const pair = `${page.heard} after ${page.mark}`
    if (page.heard === undefined || page.heard === page.mark || page.asked === pair) return
    page.asked = pair
    ask()
  }
  page.lookAgain = () => {
    if (!page.isConnected) return clearInterval(page.looking)
    if (page.line.readyState !== WebSocket.OPEN || page.heard !== page.mark) ask()
  }
  const connect = (patience) => {
    const address = new URL('news', document.baseURI)
    address.protocol = address.protocol.replace('http', 'ws')
    const line = new WebSocket(address)
    let next = Math.min(patience * 2, 60_000)
    line.onmessage = (message) => {
      next = 1000
      page.heard = message.data
      page.look()
    }
    line.onclose = () => {
      if (page.isConnected) setTimeout(connect, next, next)
    }
    page.line = line
  }
  if (page.line) {
    page.look()
  } else {
    connect(1000)
    page.looking = setInterval(() => page.lookAgain(), data.seconds * 1000)
  }
  return () => {
    if (page.isConnected) return
    page.line.close()
    page.line = undefined
    clearInterval(page.looking)
  }
}
