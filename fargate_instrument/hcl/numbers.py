"""Terraform's numbers: binary, 512 bits of mantissa, as Go's ``big.Float`` has them.

A number is an ``int``, or a ``Fraction`` where it is none. ``bool`` is no number.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

PRECISION = 512
MOST_DIGITS = 400
"""Of an exponent's size and of digits; larger numbers are not computed here."""
_FORM = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")

Number = Any


def is_number(value: object) -> bool:
    """Tell a number from everything else."""
    return isinstance(value, (int, Fraction)) and not isinstance(value, bool)


def parsed(text: str) -> Number | None:
    """Read a number as Terraform writes it; None if it is none, or too large."""
    form = _FORM.fullmatch(text)
    if form is None or not form[2].isascii() or len(text) > MOST_DIGITS:
        return None
    exponent = int((form[4] or "0")[:6]) if len(form[4] or "") < 6 else MOST_DIGITS + 1  # noqa: PLR2004
    if abs(exponent) > MOST_DIGITS:
        return None
    digits = form[2] + (form[3] or "")
    power = exponent - len(form[3] or "")
    value = Fraction(int(digits)) * Fraction(10) ** power
    return rounded(-value if form[1] else value)


def rounded(value: Fraction | int) -> Number:
    """Round to 512 bits, half to even; whole numbers become ``int``."""
    exact = Fraction(value)
    top, bottom = exact.numerator, exact.denominator
    if top == 0:
        return 0
    shift = abs(top).bit_length() - bottom.bit_length() - PRECISION
    scaled = exact / 2**shift if shift > 0 else exact * 2**-shift
    if abs(scaled) >= 2**PRECISION:
        scaled, shift = scaled / 2, shift + 1
    elif abs(scaled) < 2 ** (PRECISION - 1):
        scaled, shift = scaled * 2, shift - 1
    mantissa = round(scaled)
    made = Fraction(mantissa) * Fraction(2) ** shift
    return int(made) if made.denominator == 1 else made


def text(value: Number) -> str:
    """Write the shortest decimal that reads back as the same number."""
    if isinstance(value, int):
        return str(value)
    for digits in (*range(1, 24), *range(150, 160)):
        shown = _with_digits(value, digits)
        if parsed(shown) == value:
            return shown
    return _with_digits(value, PRECISION)


def _with_digits(value: Fraction, digits: int) -> str:
    sign, size = ("-", -value) if value < 0 else ("", value)
    whole = len(str(int(size))) if size >= 1 else 0
    places = digits - whole
    if size < 1:
        while size * 10 ** (places - digits + 1) < 1:
            places += 1
    places = max(places, 0)
    scaled = str(round(size * 10**places)).rjust(places + 1, "0")
    if not places:
        return sign + scaled
    shown = f"{scaled[:-places]}.{scaled[-places:]}".rstrip("0").rstrip(".")
    return sign + shown
