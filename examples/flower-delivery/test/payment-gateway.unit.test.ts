import { fakePaymentGateway } from '../order/payment/fake-payment-gateway.ts'
import { paymentGatewaySuite } from './payment-gateway-suite.ts'

paymentGatewaySuite('payment in memory', async () => {
  const gateway = fakePaymentGateway()
  const { paid, void: voidOrder } = gateway
  return {
    gateway,
    toNowhere() {
      const other = fakePaymentGateway()
      other.down()
      return other
    },
    async broken() {
      const other = fakePaymentGateway()
      other.open()
      return other
    },
    cancel: async orderId => voidOrder(orderId),
    paid: async orderId => [...paid.values()].filter(each => each.orderId === orderId).map(({ amount }) => amount)
  }
})
