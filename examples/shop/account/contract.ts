import type { ServiceContract } from '@outbox-cdc/contracts'
import { createLogger, createMysql } from '@outbox-cdc/service-kit'
import { addAccount, findAccount, removeAccount } from './accounts.ts'
import { nameQuerySchema, newAccountSchema } from './requests.ts'
import { configSchema, createService } from './service.ts'

export const contract: ServiceContract = {
  answers: {
    migrations: new URL('migrations', import.meta.url),
    async start(mysqlUrl) {
      const config = configSchema.parse({ HTTP_PORT: '0', MYSQL_URL: mysqlUrl })
      const service = createService(config, createLogger('account', 'silent'))
      const db = createMysql({ url: mysqlUrl, name: 'account-states' })
      return {
        url: `http://127.0.0.1:${await service.start()}`,
        states: {
          'an account exists': async values => {
            const account = newAccountSchema.parse(values)
            if ((await findAccount(db, { name: account.name })) === undefined) await addAccount(db, account)
          },
          'no account has the name': async values => {
            const found = await findAccount(db, nameQuerySchema.parse(values))
            if (found !== undefined) await removeAccount(db, found.id)
          }
        },
        async stop() {
          await service.stop()
          await db.destroy()
        }
      }
    }
  }
}
