"""Prints the coefficients of native/kernels/math.inl and src/kernels/typescript/exact/math.ts.

    python3 -m venv .venv && .venv/bin/pip install -r scripts/coefficients/requirements.txt
    .venv/bin/python scripts/coefficients/generate.py

Each line gives the largest relative error of the polynomial itself, before any float32 arithmetic; half an ULP
is 2^-25 to 2^-24. scripts/measure-ulp then measures the whole functions.
"""

from mpmath import mp, mpf

from remez import fit_float32, float32

LN2 = mp.log(2)
# |r| <= ln2/2, and a little more: n is the nearest whole number to a rounded product.
EXP_LIMIT = LN2 / 2 * mpf("1.0002")
# log's reduction leaves a mantissa in [sqrt(1/2), sqrt(2)).
LOG_LOW, LOG_HIGH = mp.sqrt(mpf(1) / 2) - 1, mp.sqrt(2) - 1
TANH_LIMIT = mpf("0.625")
ERF_SPLIT = mpf("0.921875")
# erfc(4) = 1.5e-8 is less than half the distance from 1 to the float32 below it.
ERF_LIMIT = mpf(4)


def powers(first, count):
    return [lambda x, k=k: x**k for k in range(first, first + count)]



def exp_fit():
    """expm1(r) = r + r^2 Q(r); serves exp too, whose error it makes smaller."""
    return fit_float32(lambda r: mp.expm1(r) - r, lambda r: 1 / mp.expm1(r), powers(2, 5), -EXP_LIMIT, EXP_LIMIT)


def log_fit():
    """log(1 + f) = f - f^2 / 2 + f^3 P(f)."""
    return fit_float32(
        lambda f: mp.log1p(f) - f + f * f / 2, lambda f: 1 / mp.log1p(f), powers(3, 8), LOG_LOW, LOG_HIGH
    )


def tanh_fit():
    """tanh(x) = x + x s P(s), s = x^2."""
    tiny = mpf("1e-6")
    basis = [lambda x, k=k: x**k for k in (3, 5, 7, 9, 11)]
    return fit_float32(lambda x: mp.tanh(x) - x, lambda x: 1 / mp.tanh(x), basis, tiny, TANH_LIMIT)


def erf_small_fit():
    """erf(x) = x + x P(s), s = x^2."""
    tiny = mpf("1e-6")
    basis = [lambda x, k=k: x**k for k in (1, 3, 5, 7, 9, 11, 13)]
    return fit_float32(lambda x: mp.erf(x) - x, lambda x: 1 / mp.erf(x), basis, tiny, ERF_SPLIT)


def erf_large_fit():
    """log(erfc(x)) = -x + x Q(x); an error d of the logarithm is a relative error d erfc / erf of erf."""
    return fit_float32(
        lambda x: mp.log(mp.erfc(x)) + x,
        lambda x: mp.erfc(x) / mp.erf(x),
        powers(1, 6),
        ERF_SPLIT,
        ERF_LIMIT,
    )


def two_parts(x, bits):
    """x as a float32 with `bits` leading bits, so that small multiples of it are exact, plus the rest."""
    scale = mpf(2) ** (bits - 1 - mp.floor(mp.log(x, 2)))
    high = mp.nint(x * scale) / scale
    return [high, float32(x - high)]


def show(name, coefficients, error=None):
    print(name + ("" if error is None else f"  2^{float(mp.log(error, 2)):.2f}"))
    for c in coefficients:
        print(f"  {float(c):.9g}")


if __name__ == "__main__":
    show("exp", *exp_fit())
    show("log", *log_fit())
    show("tanh", *tanh_fit())
    show("erf small", *erf_small_fit())
    show("erf large", *erf_large_fit())
    # n has 8 bits with its sign, so 15 bits of ln 2 times n fit in float32's 24.
    show("ln2 in two parts", two_parts(LN2, 15))
    show("log2(e)", [float32(1 / LN2)])
    show("1/sqrt(2), 1/sqrt(2 pi)", [float32(1 / mp.sqrt(2)), float32(1 / mp.sqrt(2 * mp.pi))])
