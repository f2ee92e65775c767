/** Light or dark: the system's choice until the person makes one, which is then remembered. */

type Theme = 'light' | 'dark'
const KEY = 'icn-playground-theme'

function remembered(): Theme | null {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : null
  } catch {
    return null // storage may be forbidden; the system's choice holds then
  }
}

export function currentTheme(): Theme {
  return remembered() ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
}

export function applyTheme(): void {
  const theme = remembered()
  if (theme) document.documentElement.dataset.theme = theme
  else delete document.documentElement.dataset.theme
}

export function toggleTheme(): Theme {
  const next = currentTheme() === 'dark' ? 'light' : 'dark'
  document.documentElement.dataset.theme = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // not remembered; still applied
  }
  return next
}
