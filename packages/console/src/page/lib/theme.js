// Not a module: it runs before the first paint, so that a dark room stays dark.
document.documentElement.dataset.theme = localStorage.getItem('theme') ?? 'auto'
