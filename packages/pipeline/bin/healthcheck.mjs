// The HEALTHCHECK of our images: 0 when HEALTH_URL answers well, else 1 and what it said.
const { HEALTH_URL } = process.env
try {
  const response = await fetch(HEALTH_URL, { signal: AbortSignal.timeout(2_500) })
  if (!response.ok) console.log(response.status, await response.text())
  process.exitCode = response.ok ? 0 : 1
} catch (error) {
  console.log(String(error.cause ?? error))
  process.exitCode = 1
}
