"""Which languages people are spoken to in, and which one is asked for."""

from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("en", "zh")
DOMAIN = "grader"
LOCALE = Path(__file__).parent / "report" / "locale"


def choose(wanted: str | None, environ: Mapping[str, str]) -> str:
    """Choose the language to speak.

    Args:
        wanted: what was asked for on the command line, or None.
        environ: the environment; GRADER_LANG comes before the locale's variables.

    Returns:
        One of `LANGUAGES`: 'zh' if the first value that is set starts with it, else 'en'.
    """
    variables = ("GRADER_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    candidates = (wanted, *(environ.get(name) for name in variables))
    first = next((value for value in candidates if value), "")
    return "zh" if first.lower().startswith("zh") else "en"
