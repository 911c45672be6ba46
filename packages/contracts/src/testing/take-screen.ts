import { argv } from 'node:process'
import { launchBrowser } from '@outbox-cdc/console/testing/launch-browser'
import { shoot } from '@outbox-cdc/console/testing/shoot'

// npm run contracts:screen: takes the picture of the network in docs/screens again, from the broker that runs.
const [, , url = 'http://127.0.0.1:9292'] = argv

const browser = await launchBrowser()
if (typeof browser === 'string') throw new Error(browser)
try {
  const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'UTC' })
  await shoot(page, 'contracts-light', { at: `${url}/network`, height: 900 })
} finally {
  await browser.close()
}
