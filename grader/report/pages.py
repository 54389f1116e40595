"""What all our pages are made with: one Jinja environment for each language."""

import math
from functools import cache, partial
from urllib.parse import quote

import jinja2

from grader.report import language
from grader.report.drawing import exponent, path
from grader.report.formula import mathml
from grader.results import Outcome, shown_measures


@cache
def environment(lang: str) -> jinja2.Environment:
    """Make the environment of the templates, once: everything is escaped, nothing undefined.

    Args:
        lang: one of `locales.LANGUAGES`.
    """
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    # The extension adds this method at run time.
    made.install_gettext_translations(  # type: ignore[attr-defined]
        language.catalogue(lang), newstyle=True
    )
    made.globals.update(lang=lang, Outcome=Outcome, path=path)
    made.filters.update(
        say=partial(language.show, lang=lang),
        points=language.points,
        percent=language.percent,
        round_percent=language.round_percent,
        decimal=language.decimal,
        scientific=language.scientific,
        number=language.number,
        capital=language.capital,
        shown_measures=shown_measures,
        exponent=exponent,
        power_of_ten=language.power_of_ten,
        finite=math.isfinite,
        mathml=mathml,
        quoted=partial(quote, safe="", errors="replace"),
        zip=zip,
    )
    return made


def encodable(text: str) -> str:
    """Make text that UTF-8 can encode: names that are not UTF-8 came as lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")
