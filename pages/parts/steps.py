"""The browser's way back: one entry of its history for each step of the person.

The framework writes an address piece by piece (the new page's parameters under the old path, the new path, then what
each widget of the bar adds), each piece an entry of its own, and none where a choice is turned. So a script counts the
steps: what is written after a click or a key is one entry, with its address completed in place; what is written without
one completes the entry that there is. Going back then finds whole addresses, by which the framework sets every choice.
"""

import streamlit as st

_JS = """
export default function () {
  if (window.historyOfSteps) return
  window.historyOfSteps = true
  let acted = false
  const push = history.pushState.bind(history)
  const replace = history.replaceState.bind(history)
  let last = { at: -1000, x: 0, y: 0 }
  window.addEventListener('keydown', () => { acted = true }, true)
  window.addEventListener('pointerdown', ({ clientX: x, clientY: y }) => {
    // The second press of a double click, soon after the first and in its place, is no step of its own.
    const again = performance.now() - last.at < 500 && Math.hypot(x - last.x, y - last.y) < 8
    acted = acted || !again
    last = { at: performance.now(), x, y }
  }, true)
  window.addEventListener('popstate', () => { acted = false }, true)
  const write = (state, title, address) => {
    const moves = address !== undefined && address !== null && new URL(address, location.href).href !== location.href
    if (moves && acted) {
      acted = false
      push(state, title, address)
    } else {
      replace(state, title, address)
    }
  }
  history.pushState = write
  history.replaceState = write
}
"""


def count_steps() -> None:
    """Let the browser keep one entry for each step; to be called at the top of every page."""
    with st.container(key="history", height=1, border=False):
        st.components.v2.component("history_of_steps", js=_JS)(key="history_of_steps")
