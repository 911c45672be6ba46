export { expectationOf } from './consumer/expectation.ts'
export { type Broker, type BrokerOptions, createBroker } from './broker/create-broker.ts'
export type { Answers, Question, RunningProvider, ServiceContract } from './contract.ts'
export { allSystems, type Edge, edgesOf, loadContract, type Participant, participantOf } from './participants.ts'
