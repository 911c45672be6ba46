export type MetricSample = {
  readonly name: string
  readonly label: (wanted: string) => string
  readonly value: number
}

/** The samples with labels in Prometheus' own text. */
export function samplesIn(metrics: string): readonly MetricSample[] {
  return [...metrics.matchAll(/^(\w+)\{([^}]*)\} ([\d.e+]+)/gm)].map(([, name = '', text = '', value]) => ({
    name,
    label: wanted => new RegExp(`(?:^|,)${wanted}="([^"]*)"`).exec(text)?.[1] ?? '',
    value: Number(value)
  }))
}
