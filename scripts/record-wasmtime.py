#!/usr/bin/env python3
"""Records what Wasmtime 35 consumes and when it stops, into src/wasm/fixtures/fuel.json.

    python3 -m venv /tmp/wt && /tmp/wt/bin/pip install 'wasmtime==35.*'
    /tmp/wt/bin/python scripts/record-wasmtime.py

A development tool: no test needs it. It runs every `;; call` line of src/wasm/fixtures/fuel/*.wat, and every kernel of
bench/kernels/kernels.json with its small input, each in a fresh store: once with ample fuel, then with budgets around
the total and some small ones. Needs no network and writes one file.
"""
import base64
import importlib.metadata
import json
import pathlib
import re
import struct
import sys

from wasmtime import Config, Engine, Func, FuncType, Linker, Module, Store, Trap, ValType, wat2wasm

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / 'src/wasm/fixtures'
KERNELS = ROOT / 'bench/kernels'
AMPLE = 1 << 40
ENDLESS = 1_000_000

config = Config()
config.consume_fuel = True
config.wasm_tail_call = True
engine = Engine(config)


def parse(text):
    kind, value = text.split(':', 1)
    return (kind, float(value)) if kind in ('f32', 'f64') else (kind, int(value, 0))


def show(kind, value):
    """Integers as signed decimals, floats as their bits, so that nothing is lost in JSON."""
    if kind == 'i32':
        return f'i32:{value}'
    if kind == 'i64':
        return f'i64:{value}'
    if kind == 'f32':
        return 'f32:0x%08x' % struct.unpack('<I', struct.pack('<f', value))[0]
    return 'f64:0x%016x' % struct.unpack('<Q', struct.pack('<d', value))[0]


def run(module, name, args, budget):
    """One fresh store. Returns (outcome, results, fuel after instantiation, fuel after the call)."""
    store = Store(engine)
    store.set_fuel(budget)
    linker = Linker(engine)
    for item in module.imports:
        if item.name == 'add1':
            host = Func(store, FuncType([ValType.i32()], [ValType.i32()]), lambda x: x + 1)
        elif item.name == 'nothing':
            host = Func(store, FuncType([], []), lambda: None)
        else:
            sys.exit(f'unknown import {item.name}')
        linker.define(store, item.module, item.name, host)
    started = None
    try:
        instance = linker.instantiate(store, module)
        started = budget - store.get_fuel()
        func = instance.exports(store)[name]
        kinds = [str(t) for t in func.type(store).results]
        answer = func(store, *[value for _, value in args])
        values = [] if answer is None else answer if isinstance(answer, list) else [answer]
        return 'done', [show(k, v) for k, v in zip(kinds, values)], started, budget - store.get_fuel()
    except Trap as trap:
        if 'all fuel consumed' in str(trap):
            return 'outOfFuel', None, started, budget - store.get_fuel()
        return 'trap', None, started, budget - store.get_fuel()


def record(module, name, args, thorough):
    outcome, results, started, total = run(module, name, args, AMPLE if thorough else ENDLESS * 100)
    entry = {'export': name, 'args': [f'{k}:{v}' for k, v in args], 'outcome': outcome}
    if outcome == 'done':
        entry |= {'results': results, 'startFuel': started, 'fuel': total}
    around = [total + d for d in (-2, -1, 0, 1, 2)] if outcome == 'done' else []
    small = list(range(0, 24)) + [32, 48, 64, 100, 1000] if thorough else [0, 1, 100, total // 2, total - 100, total - 10]
    budgets = {}
    for budget in sorted({b for b in around + small if b >= 0}):
        budgets[str(budget)] = run(module, name, args, budget)[0]
    # Where the last comparison of a completed run lies: the least budget that is not stopped.
    if outcome == 'done':
        low, high = 0, total + 1
        while low < high:
            middle = (low + high) // 2
            if run(module, name, args, middle)[0] == 'outOfFuel':
                low = middle + 1
            else:
                high = middle
        entry['leastBudget'] = low
    # Consecutive budgets with one outcome are written as one range.
    ranges = []
    for budget, what in ((int(b), o) for b, o in budgets.items()):
        if ranges and ranges[-1][2] == what and ranges[-1][1] == budget - 1:
            ranges[-1][1] = budget
        else:
            ranges.append([budget, budget, what])
    entry['budgets'] = ranges
    return entry


def endless(module, name, args):
    return {'export': name, 'args': [f'{k}:{v}' for k, v in args], 'outcome': run(module, name, args, ENDLESS)[0],
            'budgets': [[b, b, run(module, name, args, b)[0]] for b in (0, 1, 2, 3, 100, 10_000, ENDLESS)]}


def main():
    modules = []
    for path in sorted((FIXTURES / 'fuel').glob('*.wat')):
        text = path.read_text()
        wasm = bytes(wat2wasm(text))
        module = Module(engine, wasm)
        calls = []
        for line in re.findall(r'^;; call (.*)$', text, re.M):
            name, *args = line.split()
            args = [parse(a) for a in args]
            never = 'endless' in path.stem or name == 'infinite'
            calls.append((endless if never else lambda m, n, a: record(m, n, a, True))(module, name, args))
        modules.append({'name': path.stem, 'wasm': base64.b64encode(wasm).decode(), 'calls': calls})
        print(f'{path.stem}: {len(calls)} calls', file=sys.stderr)
    listing = KERNELS / 'kernels.json'
    kernels = json.loads(listing.read_text()) if listing.exists() else []
    for kernel in kernels:
        module = Module(engine, (KERNELS / f"{kernel['name']}.wasm").read_bytes())
        calls = [record(module, 'run', [('i32', kernel['small'])], False)]
        modules.append({'name': kernel['name'], 'file': f"bench/kernels/{kernel['name']}.wasm", 'calls': calls})
        print(f"{kernel['name']}: fuel {calls[0].get('fuel')}", file=sys.stderr)
    version = importlib.metadata.version('wasmtime')
    out = {
        'about': 'Recorded by scripts/record-wasmtime.py; see README.md beside this file. Ranges in `budgets` are [first, last, outcome].',
        'wasmtime': version,
        'table': 'wasmtime-35',
        'modules': modules,
    }
    lines = json.dumps(out, separators=(',', ':')).replace('{"name"', '\n{"name"').replace('{"export"', '\n {"export"')
    (FIXTURES / 'fuel.json').write_text(lines + '\n')


main()
