// Submits a job to the mesh from inside a run: 10 mana for a node that echoes a greeting.
import { echoJob, jobId, Level, lastError, log, submitJob } from '../../guest/assemblyscript/icn'

export function run(): i64 {
  const job = submitJob(echoJob('Greetings from inside a contract', 10))
  if (job === 0) {
    log(`Refused: ${lastError()}`, Level.Error)
    return 0
  }
  log(`Submitted job ${jobId(job)}`)
  return job
}
