// Hosts that this machine plays: network namespaces, joined by veth pairs to a switch with slow
// wires (wire.c). Every trace of them goes when the process ends, however it ends: what a killed
// one left behind is removed by the next.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Addresses that RFC 2544 sets apart for measurements of networks. */
export const SUBNET = '198.18.0.0/24';
const address = (host) => `198.18.0.${host + 1}`;
/** The switch finds a host by the last byte of its address. */
const mac = (host) => `02:00:00:00:00:${(host + 1).toString(16).padStart(2, '0')}`;
/** Bytes of a full frame as the kernel counts them, and what a wire carries beyond them (wire.c). */
const FRAME_BYTES = 1514;
const WIRE_OVERHEAD = 24;
const PREFIX = 'steepest-';
const AGENT = fileURLToPath(new URL('agent.sh', import.meta.url));
const WIRE_SOURCE = fileURLToPath(new URL('wire.c', import.meta.url));

const run = (command, ...args) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const namespaces = () =>
  run('ip', 'netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0])
    .filter((name) => name.startsWith(PREFIX));

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Ends what runs in a namespace, then removes it; its veth pair goes with it. */
function remove(name) {
  for (const pid of run('ip', 'netns', 'pids', name).split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  run('ip', 'netns', 'del', name);
  rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
}

function removeLeftOvers() {
  for (const name of namespaces()) {
    if (!alive(Number(name.slice(PREFIX.length).split('-')[0]))) remove(name);
  }
}

/** The switch, compiled again when its source is newer. */
function wireProgram() {
  const program = fileURLToPath(new URL('../../build/wire', import.meta.url));
  if (!existsSync(program) || statSync(program).mtimeMs < statSync(WIRE_SOURCE).mtimeMs) {
    mkdirSync(dirname(program), { recursive: true });
    run('cc', '-O2', '-o', `${program}-${process.pid}`, WIRE_SOURCE);
    renameSync(`${program}-${process.pid}`, program);
  }
  return program;
}

function makeHost(base, host, count, bitsPerSecond) {
  const name = `${base}-h${host}`;
  const hosts = Array.from({ length: count }, (_, other) => `${address(other)} h${other}\n`);
  mkdirSync(`/etc/netns/${name}`, { recursive: true });
  // `ip netns exec` shows this in place of /etc/hosts.
  writeFileSync(`/etc/netns/${name}/hosts`, `127.0.0.1 localhost\n${hosts.join('')}`);
  run('ip', 'netns', 'add', name);
  run('ip', '-n', name, 'link', 'set', 'lo', 'up');
  const pair = ['type', 'veth', 'peer', 'name', `p${host}`, 'netns', `${base}-switch`];
  run('ip', '-n', name, 'link', 'add', 'eth0', 'address', mac(host), ...pair);
  run('ip', '-n', name, 'address', 'add', `${address(host)}/24`, 'dev', 'eth0');
  run('ip', '-n', `${base}-switch`, 'link', 'set', `p${host}`, 'up');
  run('ip', '-n', name, 'link', 'set', 'eth0', 'up');
  // A host keeps back what its wire does not take yet, so that the switch never holds much of it:
  // TCP would otherwise learn late what has arrived.
  const rate = Math.round((bitsPerSecond * FRAME_BYTES) / (FRAME_BYTES + WIRE_OVERHEAD));
  const bucket = ['tbf', 'rate', `${rate}bit`, 'burst', '128kb', 'latency', '1s'];
  run('tc', '-n', name, 'qdisc', 'replace', 'dev', 'eth0', 'root', ...bucket);
  // Linux's own default. BBR, which some machines set, sends at a pace that it learns slowly from
  // messages with pauses between them.
  run('ip', '-n', name, 'route', 'replace', SUBNET, 'dev', 'eth0', 'congctl', 'cubic');
}

function startSwitch(base, count, latencyUs, bitsPerSecond) {
  const ports = Array.from({ length: count }, (_, host) => `p${host}`);
  const shape = [Math.round(latencyUs * 1000), bitsPerSecond].map(String);
  const args = ['netns', 'exec', `${base}-switch`, wireProgram(), ...shape, ...ports];
  const child = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`the switch ended with code ${code}`)));
  });
}

/** The kernel says that a wire is there with a delay of up to a second; UCX goes by that. */
async function wiresAreUp(base, count) {
  for (let host = 0; host < count; host++) {
    while (!/^eth0\S* +UP /m.test(run('ip', '-n', `${base}-h${host}`, '-br', 'link'))) await sleep(20);
  }
}

/** Calls `end` once: when it is called itself, when the process ends, or at a signal. */
function atEnd(end) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onSignal = (signal) => {
    once();
    process.kill(process.pid, signal);
  };
  function once() {
    process.off('exit', once);
    for (const signal of signals) process.off(signal, onSignal);
    end();
  }
  process.on('exit', once);
  for (const signal of signals) process.on(signal, onSignal);
  return once;
}

/**
 * Makes `hosts` hosts, h0, h1 and so on. Root on Linux, with iproute2 and a C compiler.
 * @param {{ hosts: number, latencyUs: number, bitsPerSecond: number, cores?: number[] }} options
 *   latency of a frame one way; bits per second of each host's wire, each way at once; the core of
 *   each host in turn, by default all of this machine.
 * @returns the variables that agent.sh reads, and `remove`, which ends all that runs on the hosts
 */
export async function makeHosts({ hosts, latencyUs, bitsPerSecond, cores }) {
  removeLeftOvers();
  const base = `${PREFIX}${process.pid}`;
  const removeAll = atEnd(() => {
    for (const name of namespaces()) if (name.startsWith(`${base}-`)) remove(name);
  });
  try {
    run('ip', 'netns', 'add', `${base}-switch`);
    for (let host = 0; host < hosts; host++) makeHost(base, host, hosts, bitsPerSecond);
    await startSwitch(base, hosts, latencyUs, bitsPerSecond);
    await wiresAreUp(base, hosts);
  } catch (error) {
    removeAll();
    throw error;
  }
  const all = Array.from({ length: availableParallelism() }, (_, core) => core);
  const env = { STEEPEST_HOSTS: base, STEEPEST_HOSTS_CORES: (cores ?? all).join(' ') };
  return {
    names: Array.from({ length: hosts }, (_, host) => `h${host}`),
    agent: AGENT,
    env,
    remove: removeAll,
  };
}
