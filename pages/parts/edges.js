/* A table that goes on at the right or below says so: its grid is a drawing that ends at the edge, no bar in sight. */
const TABLE = '[data-testid="stDataFrame"]'

function mark(table) {
  const inside = table.querySelector('.dvn-scroller')
  const goesOn = Boolean(inside) && inside.scrollWidth - inside.clientWidth - inside.scrollLeft > 2
  const goesDown = Boolean(inside) && inside.scrollHeight - inside.clientHeight - inside.scrollTop > 2
  table.toggleAttribute('data-goes-on', goesOn)
  table.toggleAttribute('data-goes-down', goesDown)
}

export default function () {
  if (window.edgesMarked) return
  window.edgesMarked = true
  const all = () => document.querySelectorAll(TABLE).forEach(mark)
  document.addEventListener(
    'scroll',
    ({ target }) => {
      const table = target.closest?.(TABLE)
      if (table) mark(table)
    },
    true,
  )
  setInterval(all, 500)
}
