"""What all our pages are made with: one Jinja environment for each language."""

import contextlib
import math
import sys
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote

import jinja2
from jinja2.bccache import Bucket

from grader.disk import write_whole
from grader.report import language
from grader.report.drawing import exponent, path
from grader.report.formula import mathml
from grader.results import Outcome, shown_measures

COMPILED = Path(__file__).parent / "templates" / "__pycache__"


class Compiled(jinja2.BytecodeCache):
    """Templates as bytecode: to compile those of a page takes longer than all else about it.

    It lies where Python keeps that of modules, so who can change it can change grader, too.
    Where nothing can be written, templates are compiled each time.
    """

    def __init__(self, lang: str) -> None:
        """Keep what is compiled with the filters of a language apart from others."""
        self._made_with = f"{lang}-jinja-{jinja2.__version__}.{sys.implementation.cache_tag}.pyc"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's
        """Name the file of a template."""
        return f"{name}-{self._made_with}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read it, if it is there, whole, and of the template as it is now."""
        try:
            bucket.bytecode_from_string((COMPILED / bucket.key).read_bytes())
        except Exception:  # noqa: BLE001 - of a file that was cut short, pickle says many things
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write it, if that can be done."""
        with contextlib.suppress(OSError):
            COMPILED.mkdir(exist_ok=True)
            write_whole(COMPILED / bucket.key, [bucket.bytecode_to_string()])


@cache
def environment(lang: str) -> jinja2.Environment:
    """Make the environment of the templates, once: everything is escaped, nothing undefined.

    Args:
        lang: one of `locales.LANGUAGES`.
    """
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.report"),
        bytecode_cache=Compiled(lang),
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
