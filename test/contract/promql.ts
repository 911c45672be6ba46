const operators = /^(and|or|unless|by|without|on|ignoring|group_left|group_right|bool|offset)$/

/** The metrics that a PromQL expression reads, and the labels that it selects or groups by. */
export function namesIn(expr: string): { readonly metrics: readonly string[]; readonly labels: readonly string[] } {
  const labels = new Set<string>()
  const take = (pattern: RegExp) => (_: string, list: string) => {
    for (const [, label = ''] of list.matchAll(pattern)) labels.add(label)
    return ' '
  }
  const rest = expr
    .replaceAll(/\{([^}]*)\}/g, take(/(\w+)\s*(?:=|!=|=~|!~)\s*"/g))
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, take(/(\w+)/g))
    .replaceAll(/\[[^\]]*\]|"[^"]*"/g, ' ')
  const metrics = [...rest.matchAll(/(?<![\w.])([a-z_]\w*)\b(?!\s*\()/gi)].map(([, name = '']) => name)
  return { metrics: [...new Set(metrics)].filter(name => !operators.test(name)), labels: [...labels] }
}
