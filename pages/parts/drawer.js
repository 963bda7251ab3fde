/* Where the menu has no room at the top it is a drawer over the page. The framework closes it after a choice on what it
   takes for a phone alone: in any other narrow window it would go on covering the page that was chosen. */
const DRAWER = '[data-testid="stSidebar"]'
// In px: from here on the framework lays the drawer beside the page.
const BESIDE = 768

function close() {
  const drawer = document.querySelector(`${DRAWER}[data-collapsed="false"]`)
  if (drawer && window.innerWidth <= BESIDE) {
    drawer.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click()
  }
}

export default function () {
  if (window.drawerCloses) return
  window.drawerCloses = true
  document.addEventListener('click', ({ target }) => {
    // After the framework's own doing, or the button would open what it has just closed.
    if (target.closest?.(`${DRAWER} [data-testid="stSidebarNavLink"]`)) setTimeout(close)
  })
}
