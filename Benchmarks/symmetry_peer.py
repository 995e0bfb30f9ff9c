"""Groups and representations in GAP and NumPy, on request.

    python symmetry_peer.py --serve [--threads N] [--seconds S]

Characters and orders are GAP's, where the program `gap` is there (Debian: gap-core); a new group of permutations in every round, so that nothing is
remembered, timed inside of GAP. Orbits on pairs are connected components in SciPy; decompositions are the eigenspaces of a random symmetric matrix that
commutes with the group (NumPy), without a certificate; the graph is by arc-cosine kernels of dense projectors.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

TABLES = {
    "S5": "Group((1,2),(1,2,3,4,5))", "S6": "Group((1,2),(1,2,3,4,5,6))", "S7": "Group((1,2),(1,2,3,4,5,6,7))",
    "S8": "Group((1,2),(1,2,3,4,5,6,7,8))", "M11": "Group(GeneratorsOfGroup(MathieuGroup(11)))",
    "PSL(2,31)": "Group(GeneratorsOfGroup(PSL(2,31)))",
}  # fmt: skip


class GAP:
    """One process of GAP that times expressions."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program, "-q", "-b"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def seconds(self, prepare, work):
        self.process.stdin.write(
            f"{prepare};; start := NanosecondsSinceEpoch();; {work};; "
            'Print("took ", NanosecondsSinceEpoch() - start, "\\n");\n'
        )
        self.process.stdin.flush()
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("GAP ended")
            if line.startswith("took "):
                return int(line.split()[1]) * 1e-9


def cyclic(n):
    return [[(i + 1) % n for i in range(n)]]


def regular(generators):
    """Left multiplication by the generators on all elements of the group they generate."""
    identity = tuple(range(len(generators[0])))
    elements, place, at = [identity], {identity: 0}, 0
    while at < len(elements):
        for generator in generators:
            product = tuple(generator[i] for i in elements[at])
            if product not in place:
                place[product] = len(elements)
                elements.append(product)
        at += 1
    return np.array([[place[tuple(g[i] for i in e)] for e in elements] for g in generators])


def orbitals(actions):
    """The orbit of each pair of points."""
    n = actions.shape[1]
    rows, columns = [], []
    pairs = np.arange(n * n).reshape(n, n)
    for action in actions:
        rows.append(pairs.ravel())
        columns.append(pairs[np.ix_(action, action)].ravel())
    graph = coo_matrix((np.ones(n * n * len(actions), np.int8), (np.concatenate(rows), np.concatenate(columns))), (n * n, n * n))
    return connected_components(graph, directed=False)[1].reshape(n, n)


def decompose(actions):
    """Orthonormal bases of simple representations."""
    labels = orbitals(actions)
    matrix = np.random.default_rng(0).standard_normal(labels.max() + 1)[labels]
    values, vectors = np.linalg.eigh(matrix + matrix.T)
    cuts = np.flatnonzero(np.diff(values) > 1e-9 * np.abs(values).max()) + 1
    return np.split(vectors, cuts, axis=1)


def cyclic_graph(n):
    """The weights between all frequencies of C_n, from dense projectors."""
    x = np.arange(n)
    difference = (x[:, None] - x[None, :]) % n
    projectors = [(1 if k in (0, n / 2) else 2) / n * np.cos(2 * np.pi * k * difference / n) for k in range(n // 2 + 1)]
    weights = np.zeros((len(projectors), len(projectors)))
    for i, projector in enumerate(projectors):
        variance = projector[0, 0]
        rho = np.clip(projector / variance, -1, 1)
        kernel = variance * (2 / np.pi) * (np.sqrt(1 - rho * rho) + rho * np.arcsin(rho))
        for j, other in enumerate(projectors):
            weights[i, j] = 0.25 * (np.sum(other * kernel) + (i == j) * np.trace(projector)) / np.trace(projector)
    return weights


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def symmetric(n):
    return [[1, 0, *range(2, n)], [(i + 1) % n for i in range(n)]]


def dihedral(n):
    return [[(i + 1) % n for i in range(n)], [(-i) % n for i in range(n)]]


def cases():
    found = {}
    program = shutil.which("gap")
    if program:
        gap = GAP(program)
        for name, group in TABLES.items():
            found[f"characters {name}"] = (
                "table", "GAP", lambda group=group: gap.seconds(f"g := {group}", "Irr(CharacterTable(g))"))
        found["order M24"] = (
            "group", "GAP", lambda: gap.seconds("g := Group(GeneratorsOfGroup(MathieuGroup(24)))", "Size(g)"))
    for name, actions in [("C32", np.array(cyclic(32))), ("C1024", np.array(cyclic(1024))), ("S12", np.array(symmetric(12)))]:
        found[f"orbitals {name}"] = ("basis", "SciPy", lambda actions=actions: timed(lambda: orbitals(actions)))
    for name, generators in [
        ("C32", cyclic(32)), ("D12", dihedral(12)), ("S5", symmetric(5)), ("S6", symmetric(6)), ("C1024", cyclic(1024)),
    ]:  # fmt: skip
        actions = regular(generators) if name != "C1024" else np.array(generators)
        found[f"decompose {name}"] = ("basis", "NumPy", lambda actions=actions: timed(lambda: decompose(actions)))
    found["graph C113"] = ("graph", "NumPy", lambda: timed(lambda: cyclic_graph(113)))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--serve", action="store_true", required=True, help="measure rounds as they are asked for")
    parser.add_argument("--threads", type=int, default=1, help="not used: one thread")
    parser.add_argument("--seconds", type=float, default=0.2, help="not used: a round is one call")
    parser.parse_args()
    known = cases()

    def say(value):
        print(json.dumps(value), flush=True)

    listing = [{"name": name, "family": "symmetry", "amount": 1, "unit": unit} for name, (unit, _, _) in known.items()]
    say({"version": f"GAP and NumPy {np.__version__}, SciPy {scipy.__version__}", "threads": 1, "cases": listing})
    for line in sys.stdin:
        verb, _, name = line.strip().partition(" ")
        if name not in known or verb not in ("round", "drop"):
            say({"name": name, "error": "expected 'round NAME' or 'drop NAME' with a case's name"})
        elif verb == "drop":
            say({"name": name})
        else:
            try:
                _, way, work = known[name]
                say({"name": name, "seconds": work(), "variant": way})
            except Exception as error:
                say({"name": name, "error": str(error)})


if __name__ == "__main__":
    main()
