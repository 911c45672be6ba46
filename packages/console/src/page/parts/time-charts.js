import { compact, ms, rate } from '../lib/format.js'
import { createChart } from './chart.js'

export const latencyChart = createChart({
  id: 'latency',
  title: 'Commit to delivered',
  format: ms,
  lines: [
    { name: 'p50', words: 'median', color: 'c1' },
    { name: 'p95', words: '95 %', color: 'c2' },
    { name: 'p99', words: '99 %', color: 'c3' }
  ]
})

export const throughputChart = createChart({
  id: 'throughput',
  title: 'Orders and deliveries',
  format: value => `${rate(value)} /s`,
  lines: [
    { name: 'orders', words: 'committed', color: 'c1', fill: true },
    { name: 'delivered', words: 'delivered', color: 'c2' }
  ]
})

export const waitingChart = createChart({
  id: 'waiting',
  title: 'What waits',
  format: compact,
  lines: [
    { name: 'waitingMysql', words: 'in MySQL', color: 'c1', fill: true },
    { name: 'waitingKafka', words: 'in Kafka', color: 'c2' }
  ]
})
