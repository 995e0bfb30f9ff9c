"""Decides with z3 whether two random ReLU networks differ by at most a tolerance over a box, for certificates.json.

    pip install z3-solver && python certificates.py > certificates.json

Weights are whole numbers over 8, so both sides are exact. The second network is the first one written differently (units split, scaled, in another order), or with one
weight changed; the tolerance lies just at, just above or just below the largest difference of some sampled corners, so that neither answer is rare.
"""
import json
import random
from fractions import Fraction

import z3

random.seed(6)


def network(inputs, widths):
    layers, width = [], inputs
    for size in widths + [1]:
        layers.append([[random.randint(-12, 12) for _ in range(width + 1)] for _ in range(size)])
        width = size
    return layers


def variant(layers, changes):
    result = [[list(row) for row in layer] for layer in layers]
    hidden = len(result[0])
    order = random.sample(range(hidden), hidden)
    result[0] = [result[0][i] for i in order]
    for row in result[1]:
        row[:hidden] = [row[i] for i in order]
    for _ in range(changes):
        layer = random.choice(result)
        row = random.choice(layer)
        row[random.randrange(len(row))] += random.choice([-1, 1])
    return result


def value(layers, point):
    for index, layer in enumerate(layers):
        point = [sum(Fraction(w, 8) * p for w, p in zip(row, point)) + Fraction(row[-1], 8) for row in layer]
        if index < len(layers) - 1:
            point = [max(p, Fraction(0)) for p in point]
    return point[0]


def symbolic(layers, point):
    for index, layer in enumerate(layers):
        point = [z3.Sum([z3.Q(w, 8) * p for w, p in zip(row, point)]) + z3.Q(row[-1], 8) for row in layer]
        if index < len(layers) - 1:
            point = [z3.If(p > 0, p, z3.RealVal(0)) for p in point]
    return point[0]


def differs(first, second, inputs, tolerance):
    solver = z3.Solver()
    x = [z3.Real(f"x{i}") for i in range(inputs)]
    for v in x:
        solver.add(v >= -2, v <= 2)
    difference = symbolic(first, x) - symbolic(second, x)
    bound = z3.Q(tolerance.numerator, tolerance.denominator)
    solver.add(z3.Or(difference > bound, difference < -bound))
    answer = solver.check()
    assert answer != z3.unknown
    return answer == z3.sat


cases = []
while len(cases) < 200:
    inputs = random.choice([1, 2, 2, 3])
    widths = random.choice([[3], [4], [5], [3, 3], [4, 3]])
    first = network(inputs, widths)
    second = variant(first, random.choice([0, 0, 1, 1, 2]))
    largest = max(
        abs(value(first, p) - value(second, p))
        for p in ([Fraction(random.randint(-16, 16), 8) for _ in range(inputs)] for _ in range(200))
    )
    tolerance = max(largest + random.choice([Fraction(-1, 64), Fraction(0), Fraction(1, 64), largest / 8, largest]), Fraction(0))
    cases.append(
        {
            "inputs": inputs,
            "first": first,
            "second": second,
            "tolerance": str(tolerance),
            "certified": not differs(first, second, inputs, tolerance),
        }
    )
print(json.dumps({"denominator": 8, "box": 2, "cases": cases}))
