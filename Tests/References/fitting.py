"""Reference values for Tests/VitroFittingTests, computed by scikit-learn.

Data come from integer formulas that the Swift tests repeat, so that both see the same float64 numbers.
Values in the tests: scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1. Run: python3 fitting.py
"""
import numpy as np, scipy, sklearn
from scipy import stats
from scipy.optimize import minimize
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import (accuracy_score, balanced_accuracy_score, f1_score, log_loss, r2_score, roc_auc_score)
from sklearn.preprocessing import StandardScaler

print(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}, SciPy {scipy.__version__}")


def noise(i, j):
    """A number in [-0.5, 0.5) from two indices, by a 32-bit multiplicative hash."""
    h = ((i * 2654435761 + j * 2246822519 + 3266489917) & 0xFFFFFFFF)
    h = ((h ^ (h >> 15)) * 2246822519) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 3266489917) & 0xFFFFFFFF
    h = h ^ (h >> 16)
    return h / 4294967296.0 - 0.5


def data(rows, features, classes, signal, imbalance=1):
    x = np.zeros((rows, features))
    y = np.zeros(rows, dtype=int)
    for i in range(rows):
        y[i] = 0 if i % imbalance else (i // imbalance) % classes
        for j in range(features):
            x[i, j] = noise(i, j) * (1 + j % 3) + (signal if j % classes == y[i] else 0.0)
    return x, y


def objective(x, y, classes, C, weights):
    """The exact optimum: Newton-like polishing of scikit-learn's answer, reported as its own objective."""
    m = LogisticRegression(C=C, tol=1e-12, max_iter=100000).fit(x, y, sample_weight=weights)
    w = weights if weights is not None else np.ones(len(y))
    W, b = m.coef_, m.intercept_
    if classes == 2:
        z = x @ W[0] + b[0]
        loss = np.logaddexp(0, np.where(y == 1, -z, z))
    else:
        z = x @ W.T + b
        loss = scipy.special.logsumexp(z, axis=1) - z[np.arange(len(y)), y]
    return 0.5 * np.sum(W * W) + C * np.sum(w * loss)


for name, (rows, features, classes, signal, imbalance) in {
    "binary": (120, 5, 2, 0.2, 1), "softmax": (150, 6, 4, 0.3, 1), "separable": (60, 4, 2, 3.0, 1),
    "separable softmax": (90, 6, 3, 4.0, 1), "imbalanced": (200, 5, 2, 0.3, 8), "wide": (20, 50, 2, 0.3, 1),
    "wide softmax": (24, 60, 3, 0.3, 1)}.items():
    x, y = data(rows, features, classes, signal, imbalance)
    for C in (0.01, 1, 100):
        print(f"{name}, C = {C}: {objective(x, y, classes, C, None)!r}")
    weights = np.array([1 + i % 4 / 2 for i in range(rows)])
    print(f"{name}, weighted, C = 1: {objective(x, y, classes, 1, weights)!r}")
    count = np.bincount(y, minlength=classes)
    print(f"{name}, balanced, C = 1: {objective(x, y, classes, 1, (rows / (classes * count))[y])!r}")

x, y = data(40, 5, 2, 0.2)
target = np.stack([x @ np.arange(1, 6) + [noise(i, 99) for i in range(40)], [noise(i, 98) + 3 for i in range(40)]], 1)
for alpha in (0.1, 10.0):
    m = Ridge(alpha=alpha, solver="cholesky").fit(x, target)
    print(f"ridge {alpha}:", m.coef_.ravel().tolist(), m.intercept_.tolist())
weights = np.array([1 + i % 4 / 2 for i in range(40)])
m = Ridge(alpha=0.1, solver="cholesky").fit(x, target, sample_weight=weights)
print("ridge weighted:", m.coef_[0].tolist(), m.intercept_.tolist())
xw, yw = data(6, 9, 2, 0.2)
m = Ridge(alpha=0.5, solver="cholesky").fit(xw, xw[:, 0] + 2 * yw)
print("ridge dual:", m.coef_.tolist(), float(m.intercept_))
x3, y3 = data(60, 5, 3, 0.3)
m = RidgeClassifier(alpha=1.0, solver="cholesky").fit(x3, y3)
print("ridge classifier:", m.coef_.ravel().tolist(), m.intercept_.tolist())

for shrinkage in (None, 0.3):
    m = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(x3, y3)
    z = m.decision_function(x3[:2])
    print(f"lda {shrinkage}:", (z - z.mean(1, keepdims=True)).ravel().tolist())
means = np.stack([x3[y3 == k].mean(0) for k in range(3)])
print("ledoit-wolf:", ledoit_wolf_shrinkage(x3 - means[y3], assume_centered=True))
within = (x3 - means[y3]).T @ (x3 - means[y3]) / 60 + 1e-3 * np.eye(5)
W = np.linalg.solve(within, means.T)
z = x3[:2] @ W - 0.5 * (means.T * W).sum(0)
print("mass-mean within:", (z - z.mean(1, keepdims=True)).ravel().tolist())
z = x3[:2] @ means.T - 0.5 * (means ** 2).sum(1)
print("mass-mean plain:", (z - z.mean(1, keepdims=True)).ravel().tolist())
s = StandardScaler().fit(x3)
print("standardizer:", s.mean_.tolist(), s.scale_.tolist())

score = np.array([((i * 7) % 10) / 10 for i in range(30)])
positive = np.array([(i * i) % 5 < 2 for i in range(30)])
print("auc with ties:", roc_auc_score(positive, score))
truth = np.array([(i * 5) % 3 for i in range(30)])
guess = np.array([(i * i + i // 4) % 3 for i in range(30)])
print("macro f1, balanced:", f1_score(truth, guess, average="macro"), balanced_accuracy_score(truth, guess))
print("binary f1:", f1_score(positive, score > 0.45))
p = np.stack([1 - (score * 0.8 + 0.1), score * 0.8 + 0.1], 1)
print("log loss, r2:", log_loss(positive, p), r2_score(target, target * 0.9 + 0.1))
for k, n in ((0, 10), (1, 10), (81, 263), (15, 148), (29, 29), (950, 1000)):
    w = stats.binomtest(k, n).proportion_ci(0.95, "wilson")
    e = stats.binomtest(k, n).proportion_ci(0.95, "exact")
    print(f"interval {k} of {n}:", float(w.low), float(w.high), float(e.low), float(e.high))
print("normal quantiles:", [float(stats.norm.ppf(q)) for q in (1e-10, 0.001, 0.025, 0.3, 0.9, 0.975)])

# Scores of probes (VitroProbingTests/Probes/ProbeScoresTests.swift).
score = lambda i, k: ((i * 7 + k * 11 + i * k) % 13) / 4 - 1.5
z = np.array([[score(i, k) for k in range(3)] for i in range(40)])
y = np.array([(i * i + i // 5) % 3 for i in range(40)])
p = scipy.special.softmax(z, axis=1)
print("probe classes:", accuracy_score(y, z.argmax(1)), balanced_accuracy_score(y, z.argmax(1)),
      f1_score(y, z.argmax(1), average="macro"), roc_auc_score(y, p, multi_class="ovr", average="macro"))
t = np.array([[int((i * i + k * i) % 5 < 2) for k in range(2)] for i in range(40)])
a = (z[:, :2] > 0).astype(int)
print("probe labels:", (t == a).mean(), np.mean([balanced_accuracy_score(t[:, k], a[:, k]) for k in range(2)]),
      f1_score(t, a, average="macro"), roc_auc_score(t, z[:, :2], average="macro"))
v = np.array([[score(i, k) * 0.8 + (i % 3) / 3 for k in range(2)] for i in range(40)])
print("probe values:", r2_score(v, z[:, :2]))

for k, n, chance in ((9, 10, 0.5), (0, 5, 0.5), (60, 100, 0.5), (7, 20, 0.1), (900, 1000, 0.85)):
    print(f"at least {k} of {n} at {chance}:", stats.binomtest(k, n, chance, alternative="greater").pvalue)
