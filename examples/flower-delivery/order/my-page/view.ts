import type { View } from '@outbox-cdc/outbox'
import { orderTopics } from '../order-topics.ts'
import { myPage, recordFact } from './my-page-store.ts'

/** MyPage without the orders, as a rebuild writes it. */
export const myPageView: View = {
  table: myPage,
  key: ['order_id'],
  topics: table => orderTopics((trx, news) => recordFact(trx, table, news))
}
