import { signal } from '@preact/signals'
import { html } from 'htm/preact'

/** Counts changes of the theme: a chart reads its colours when it is made. */
export const themeChanges = signal(0)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => themeChanges.value++)

export function ThemeButton() {
  return html`<button class="quiet" type="button" onClick=${toggleTheme} title="Light or dark">
    <svg width="15" height="15" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 0a8 8 0 0 0 0 16A8 8 0 0 0 8 0v2a6 6 0 0 1 0 12Z" fill="currentcolor" />
    </svg>
    <span class="sr">Change between light and dark</span>
  </button>`
}

function toggleTheme() {
  const { style } = document.documentElement
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  style.colorScheme = (style.colorScheme || system) === 'dark' ? 'light' : 'dark'
  localStorage.setItem('theme', style.colorScheme)
  themeChanges.value++
}
