import type { JavaEngine } from '../engines/java-engine.ts'

/** The arguments that bound a JVM's memory and name its class path and log settings. */
export function javaArgs(engine: JavaEngine, heapMb: number): readonly string[] {
  return [
    `-Xms64m`,
    `-Xmx${heapMb}m`,
    '-XX:+UseG1GC',
    '-XX:MaxGCPauseMillis=20',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${engine.logConfig}`,
    '-cp',
    engine.classPath
  ]
}
