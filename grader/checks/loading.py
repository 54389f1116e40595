"""Loading the course team's own modules and data, by path, in the trusted process."""

import importlib.util
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np

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


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read the arrays of an .npz file, once for all gradings: nobody can write into them.

    Raises:
        CheckError: they can't be read. Names the file.
    """
    try:
        about = path.stat()
        return dict(_arrays(path, about.st_mtime_ns, about.st_size))
    except Exception as error:  # of a damaged file zipfile, zlib and NumPy say many things
        raise CheckError(
            "{file} can't be read: {detail}", file=str(path), detail=str(error)
        ) from error


@lru_cache(maxsize=4)
def _arrays(path: Path, _time: int, _size: int) -> dict[str, np.ndarray]:
    with path.open("rb") as file, np.load(file) as found:
        arrays = dict(found)
    for array in arrays.values():
        array.flags.writeable = False
    return arrays
