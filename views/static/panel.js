const keyed = (node) => [...node.querySelectorAll('[data-key]')]
const shownValue = (node) => node.querySelector('.value')?.textContent

function exchange(old, fresh) {
  const focused = old.contains(old.getRootNode().activeElement) ? old.getRootNode().activeElement.className : ''
  const changed = shownValue(old) !== undefined && shownValue(old) !== shownValue(fresh)
  old.replaceWith(fresh)
  if (changed) fresh.querySelector('.value').classList.add('changed')
  if (focused) fresh.querySelector(`.${focused.split(' ')[0]}`)?.focus({ preventScroll: true })
}

function patch(root, html) {
  const next = document.createElement('template')
  next.innerHTML = html
  const before = keyed(root)
  const after = keyed(next.content)
  const frame = (node) => node.querySelector('[style]')?.getAttribute('style')
  const same =
    before.length > 0 &&
    before.length === after.length &&
    frame(root) === frame(next.content) &&
    before.every((node, i) => node.dataset.key === after[i].dataset.key)
  if (!same) return root.replaceChildren(next.content)
  before.forEach((node, i) => {
    const known = node.cloneNode(true)
    known.querySelector('.changed')?.classList.remove('changed')
    if (known.outerHTML !== after[i].outerHTML) exchange(node, after[i])
  })
}

function define(pop, button) {
  pop.replaceChildren(button.nextElementSibling.content.cloneNode(true))
  pop.setAttribute('aria-label', button.getAttribute('aria-label'))
  pop.style.cssText = button.closest('[style]').getAttribute('style')
  pop.showPopover()
  const box = button.getBoundingClientRect()
  const left = Math.min(box.left, window.innerWidth - pop.offsetWidth - 16)
  const below = box.bottom + 8
  const above = box.top - 8 - pop.offsetHeight
  pop.style.left = `${Math.max(16, left)}px`
  pop.style.top = `${below + pop.offsetHeight > window.innerHeight && above > 0 ? above : below}px`
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector('#root')
  const pop = parentElement.querySelector('#pop')
  const html = data?.html ?? ''
  if (root.shown !== html) {
    patch(root, html)
    root.shown = html
  }
  root.onclick = (event) => {
    const define_ = event.target.closest('.define')
    if (define_) return define(pop, define_)
    const open = event.target.closest('[data-open]')
    if (open) setTriggerValue('open', open.dataset.open)
  }
}
