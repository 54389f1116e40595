"""Loading the course team's own modules, by path, in the trusted process."""

import importlib.util
from pathlib import Path
from types import ModuleType

from grader.errors import CheckError


def load_module(path: Path) -> ModuleType:
    """Run a Python file of the course and return it as a module. Nothing is cached.

    Raises:
        CheckError: the file is missing or raises. Names the file.
    """
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise CheckError("{file} is not a Python file.", file=str(path))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        raise CheckError(
            "{file} can't be loaded: {detail}", file=str(path), detail=detail
        ) from error
    return module
