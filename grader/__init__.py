"""grader: an autograder for deep-learning assignments written in NumPy."""

from importlib import import_module

__version__ = "0.6.0"


def load_ipython_extension(shell: object) -> None:
    """Make `%grader check` known to a notebook: `%load_ext grader` calls this."""
    import_module("grader.jupyter.kernel").load(shell)


def check(only: str | None = None, lang: str | None = None) -> None:
    """Grade the cells that a notebook has run so far, and show the result below this one.

    Args:
        only: run the checks of this group alone.
        lang: 'en' or 'zh'; else GRADER_LANG, else the locale.

    Raises:
        UsageError: this is no notebook.
    """
    import_module("grader.jupyter.kernel").check(only, lang)
