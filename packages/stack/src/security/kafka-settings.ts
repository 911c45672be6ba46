import { join } from 'node:path'
import type { Properties } from '../properties.ts'

/** Where a process finds the PEM files of a secured stack, whose folder may be elsewhere in a container. */
type Files = { readonly dir: string }
type Login = { readonly username: string; readonly password: string }

/** The line with which a Java client logs in to Kafka. The password may be a reference that a config provider resolves. */
const scramLogin = ({ username, password }: Login): string =>
  `org.apache.kafka.common.security.scram.ScramLoginModule required username="${username}" password="${password}";`

/** What a Java client needs to reach the brokers. */
export function kafkaClientSettings({ dir }: Files, login: Login): Properties {
  return {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'SCRAM-SHA-512',
    'sasl.jaas.config': scramLogin(login),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(dir, 'ca.pem')
  }
}

/**
 * What a node needs beside the settings of an open one: clients and brokers log in with SCRAM over TLS; the controllers,
 * which must find each other before they know any password, demand a certificate of our authority. Only `admin` may do
 * what no ACL allows.
 */
export function securedBrokerSettings({ dir }: Files, admin: Login): Properties {
  return {
    'listener.security.protocol.map': 'CLIENT:SASL_SSL,CONTROLLER:SSL',
    'inter.broker.listener.name': 'CLIENT',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.name.client.scram-sha-512.sasl.jaas.config': scramLogin(admin),
    'listener.name.controller.ssl.client.auth': 'required',
    'ssl.principal.mapping.rules': 'RULE:^CN=(.*)$/$1/',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(dir, 'kafka.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(dir, 'ca.pem'),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': false,
    'super.users': 'User:admin'
  }
}
