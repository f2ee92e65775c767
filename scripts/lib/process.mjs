// Runs a program and says how it ended. Nothing here reads stdin, so that nothing can wait for an answer.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * @param {string} command a program of node_modules/.bin or of the path
 * @param {readonly string[]} args
 * @param {{ cwd?: string, quiet?: boolean, env?: Record<string, string>, minutes?: number }} [options] `quiet` keeps the
 *   output for the result; after `minutes` the program and all it has started are ended
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, options = {}) {
  const { cwd = root, quiet = false, env = {}, minutes } = options
  const path = `${root}node_modules/.bin:${process.env.PATH}`
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env, PATH: path },
      // A group of its own, so that its end is the end of what it started.
      detached: minutes !== undefined,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    })
    let output = ''
    const end = () => process.kill(-(/** @type {number} */ (child.pid)), 'SIGKILL')
    // In a group of its own it does not hear of Ctrl-C; it ends with us.
    const interrupted = () => {
      end()
      process.exit(130)
    }
    let limit
    if (minutes !== undefined) {
      limit = setTimeout(() => {
        output += `\n${command} had not ended after ${minutes} minutes.`
        end()
      }, minutes * 60_000)
      process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
    }
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    child.stderr?.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', (error) => resolve({ code: 127, output: String(error) }))
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
      resolve({ code: code ?? 1, output: signal ? `${output}\n${signal}` : output })
    })
  })
}
