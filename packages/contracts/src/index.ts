export type { Answers, Question, RunningProvider, ServiceContract } from './contract.ts'
