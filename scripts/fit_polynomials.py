"""Print the coefficients in simulator/kernels/elementary.py: minimax polynomials by Lawson's iteration.

    python scripts/fit_polynomials.py

Each is fitted in double precision on its reduced range, rounded to single, and shown with its largest error.
"""

import numpy as np

POINTS = 4000  # even: no node at 0, where the ratios below are 0/0
LAWSON_STEPS = 400


def minimax(target, low, high, degree, weight=None):
    """Coefficients, constant term first, that minimise the largest weighted error of `target` on [low, high]."""
    nodes = np.cos(np.linspace(0, np.pi, POINTS))
    x = (low + high) / 2 + (high - low) / 2 * nodes
    y = target(x)
    scale = np.ones_like(x) if weight is None else np.abs(weight(x))
    basis = np.vander(x, degree + 1, increasing=True)
    lawson = np.full(POINTS, 1 / POINTS)
    for _ in range(LAWSON_STEPS):
        root = np.sqrt(lawson) * scale
        coefficients = np.linalg.lstsq(basis * root[:, None], y * root, rcond=None)[0]
        error = np.abs(basis @ coefficients - y) * scale
        lawson = lawson * (error + 1e-3 * error.max())
        lawson /= lawson.sum()
    return coefficients.astype(np.float32), error.max()


def main():
    root_half = np.sqrt(0.5)
    quarter = np.pi / 2
    fits = {
        # log(1 + f) = f + f^2 P(f), relative to log(1 + f)
        "LOG": minimax(
            lambda f: (np.log1p(f) - f) / f**2, root_half - 1, 2 * root_half - 1, 7, lambda f: f**2 / np.log1p(f)
        ),
        # cos(pi t / 2) = P(t^2), absolute; sin(pi t / 2) = t P(t^2), absolute
        "COS": minimax(lambda s: np.cos(quarter * np.sqrt(s)), 0, 1, 4),
        "SIN": minimax(lambda s: np.sinc(np.sqrt(s) / 2) * quarter, 0, 1, 4, np.sqrt),
        # exp(f) - 1 = f P(f), relative
        "EXPM1": minimax(lambda f: np.expm1(f) / f, -np.log(2) / 2, np.log(2) / 2, 5),
    }
    for name, (coefficients, error) in fits.items():
        values = ", ".join(repr(float(c)) for c in coefficients)
        print(f"{name} = tuple(np.float32(c) for c in ({values}))  # error {error:.1e}")


if __name__ == "__main__":
    main()
