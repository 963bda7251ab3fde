const ATTRIBUTES = ['aria-label', 'title', 'placeholder']

function started({ words, beginnings, beforeNames, places }) {
  const chinese = (text) => {
    const english = text.trim()
    if (Object.hasOwn(words, english)) return words[english]
    const numbers = english.match(/[0-9]+/g) ?? []
    const counted = english.replaceAll(/[0-9]+/g, '#')
    if (numbers.length && Object.hasOwn(words, counted)) return words[counted].replaceAll('#', () => numbers.shift())
    // A button's label goes on with what it belongs to: "Fullscreen: 在办最久的信访件".
    const [what, ...whose] = english.split(': ')
    if (whose.length && Object.hasOwn(words, what)) return `${words[what]}：${whose.join(': ')}`
    const begun = Object.keys(beginnings).find((one) => english.startsWith(one))
    return begun === undefined ? undefined : beginnings[begun]
  }
  const named = (text) => {
    const before = Object.keys(beforeNames).find((english) => text.startsWith(english))
    return before === undefined ? undefined : `${beforeNames[before]}${text.slice(before.length)}`
  }
  const one = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const said = node.parentElement?.closest(places) ? chinese(node.data) : undefined
      if (said !== undefined) node.data = said
      return
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return
    for (const name of ATTRIBUTES) {
      if (!node.hasAttribute(name)) continue
      const text = node.getAttribute(name)
      const said = chinese(text) ?? (node.closest(places) ? named(text) : undefined)
      if (said !== undefined) node.setAttribute(name, said)
    }
  }
  const all = (node) => {
    one(node)
    if (!node.childNodes?.length) return
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
    while (walker.nextNode()) one(walker.currentNode)
  }
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'childList') change.addedNodes.forEach(all)
      else one(change.target)
    }
  }).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ATTRIBUTES,
  })
  all(document.body)
}

export default function ({ data }) {
  if (window.cockpitTranslated || !data) return
  window.cockpitTranslated = true
  started(data)
}
