"""The languages that people are spoken to in, and how texts and numbers are said.

The grader's own sentences are English in the source; their translations stand in the gettext
catalogue in `locale/`. Assignments bring both languages along in their `Text`.
"""

import gettext
import math
from functools import cache

from grader.errors import GraderError
from grader.foreign import clean
from grader.locales import DOMAIN, LOCALE
from grader.results import Text

MAX_TOLD = 4096

_SMALL, _LARGE = 0.01, 1000
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MISMATCHES = (LookupError, ValueError, TypeError, AttributeError)


@cache
def catalogue(lang: str) -> gettext.NullTranslations:
    """Load a language's translations of the grader's own sentences, once.

    Args:
        lang: one of `locales.LANGUAGES`. English is the source's language and has no catalogue.

    Raises:
        FileNotFoundError: the compiled catalogue was not installed.
    """
    if lang == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, [lang])


def translate(template: str, lang: str) -> str:
    """Look a sentence up in the catalogue; one without a translation stays English."""
    # gettext answers the empty string with the catalogue's header.
    return catalogue(lang).gettext(template) if template else ""


def show(text: Text, lang: str) -> str:
    """Say a text in a language, and every `Text` among its params in the same one.

    A translation that does not fit its params is not used: the English sentence is.

    Args:
        text: the sentence, in every language.
        lang: one of `locales.LANGUAGES`.

    Raises:
        KeyError: the English template itself asks for a param that is not there.
    """
    template = text.en if lang == "en" else text.zh or translate(text.en, lang)
    if not text.params:
        return template
    try:
        return template.format_map(_params(text, lang))
    except _MISMATCHES:
        if lang == "en":
            raise
        return show(text, "en")


def told(error: GraderError, lang: str) -> str:
    """Say an error in a language; whatever it quotes is cleaned and cut short."""
    from grader.sandbox.words import said  # noqa: PLC0415 - brings NumPy along

    return clean(show(said(error), lang), MAX_TOLD)


def _params(text: Text, lang: str) -> dict[str, object]:
    return {
        name: show(value, lang) if isinstance(value, Text) else value
        for name, value in text.params.items()
    }


def points(value: float) -> str:
    """Write points: whole ones without a fraction, others with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """Write a measured share. Two decimals keep 94.99% from looking like the 95% it missed."""
    return f"{100 * share:.2f}%"


def round_percent(share: float) -> str:
    """Write a share that a person chose, such as a threshold, as briefly as it was chosen."""
    return f"{100 * share:.4g}%"


def decimal(value: float) -> str:
    """Write a number with four figures; one that is not finite as NaN or infinity."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return "NaN" if math.isnan(value) else f"{value:.4g}"


def number(value: float) -> str:
    """Write a whole number with its thousands apart, any other as `scientific` does."""
    return f"{value:,}" if isinstance(value, int) else scientific(value)


def capital(title: str) -> str:
    """Begin a title with a capital letter, where it stands alone."""
    return title[:1].upper() + title[1:]


def scientific(value: float) -> str:
    """Write 3.1 × 10⁻¹⁰; what reads well without an exponent is written without one."""
    if not math.isfinite(value) or value == 0 or _SMALL <= abs(value) < _LARGE:
        return decimal(value)
    mantissa, exponent = f"{value:.1e}".split("e")
    power = power_of_ten(int(exponent))
    return power if mantissa == "1.0" else f"{mantissa.removesuffix('.0')} × {power}"


def power_of_ten(exponent: int) -> str:
    """Write a power of ten with a raised exponent."""
    return "10" + str(exponent).translate(_RAISED)
