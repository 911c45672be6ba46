// Not a module: it runs before the first paint, so that the page doesn't flash in the wrong theme.
document.documentElement.style.colorScheme = localStorage.getItem('theme') ?? ''
