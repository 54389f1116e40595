"""A notebook's bytes -> the source of its code cells, with IPython's own syntax taken out."""

import json
import re
import warnings
from typing import Any

from grader.errors import Unreadable
from grader.results import Part

FORMAT = 4  # of notebooks since 2015
MAX_CELLS = 2_000
# Cell magics whose body is still Python.
PYTHON_CELLS = frozenset(("time", "timeit", "capture", "prun", "python", "python3"))

# What decides whether the next line begins a statement: strings, comments and brackets.
TOKEN = re.compile(
    r"""(?P<triple>'{3}|\"{3})
      | (?P<string>"(?:\\[^\n]|[^"\\\n])*(?:"|\\\n)?|'(?:\\[^\n]|[^'\\\n])*(?:'|\\\n)?)
      | (?P<comment>\#[^\n]*)
      | (?P<open>[(\[{]) | (?P<close>[)\]}])
      | (?P<continued>\\\n) | (?P<newline>\n)""",
    re.VERBOSE | re.DOTALL,
)
# A magic, a shell line, or a question like `np.exp?`: none of them can begin a statement.
MAGIC = re.compile(r"[%!?]|[%\w.*]+\s*\?{1,2}$")
TIMED = re.compile(r"%time\s(?P<statement>.+)")
ASSIGNED_MAGIC = re.compile(r"(?P<target>[\w.]+(?:\[['\"]?\w*['\"]?\])?) ?= ?[%!]")


def code_cells(data: bytes, name: str) -> tuple[Part, ...]:
    """Take the code cells out of a notebook.

    Args:
        data: an .ipynb file of any version that nbformat reads.
        name: the file's name, for messages.

    Returns:
        A part for each code cell that is not empty, named by its number among all cells of
        code, counted from 1, as Jupyter numbers them when they are run in order.

    Raises:
        Unreadable: it is not a notebook, not one in Python, or holds no code.
    """
    try:
        notebook = _read(data.decode("utf-8-sig"))
        language = _language(notebook["metadata"])
        cells = [(cell["cell_type"], cell["source"]) for cell in notebook["cells"]]
        sources = [_code(source) for kind, source in cells if kind == "code"]
    except Exception as error:  # json, nbformat and its validators raise many kinds
        raise Unreadable(
            "{file} is not a notebook that can be read. Open it in Jupyter and save it again.",
            file=name,
        ) from error
    if language != "python":
        raise Unreadable("{file} is a notebook in another language than Python.", file=name)
    if len(cells) > MAX_CELLS:
        raise Unreadable("{file} has more than {limit} cells.", file=name, limit=MAX_CELLS)
    parts = tuple(
        Part(f"cell {number}", source)
        for number, source in enumerate(sources, start=1)
        if source.strip()
    )
    if not parts:
        raise Unreadable("{file} holds no code.", file=name)
    return parts


def _read(text: str) -> dict[str, Any]:
    """Read a notebook; one of an older format as if it had been saved today."""
    notebook: dict[str, Any] = json.loads(text, object_hook=_without_outputs)
    if notebook.get("nbformat") == FORMAT:
        return notebook
    # It takes long to import, and few need it.
    from nbformat import converter, reader  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on missing cell ids and the like: no one's fault
        # Not nbformat.reads: what it only logs about odd outputs takes it minutes to find.
        given = reader.reads(text, object_hook=_without_outputs)
        converted: dict[str, Any] = converter.convert(given, FORMAT)
    return converted


def _without_outputs(value: dict[str, Any]) -> dict[str, Any]:
    return value | {"outputs": []} if "outputs" in value else value


def _code(source: Any) -> str:
    """Make Python of what a cell holds: a text, or its lines."""
    text = plain_python("".join(source) if isinstance(source, list) else str(source))
    return text.encode(errors="replace").decode()  # half a surrogate pair is no text


def _language(metadata: Any) -> str:
    declared = metadata.get("language_info", {}).get("name") or metadata.get("kernelspec", {}).get(
        "language", "python"
    )
    return str(declared).lower()


def plain_python(source: str) -> str:
    """Turn a cell into Python: same lines, magics and shell lines made harmless.

    Source that is Python already is left as it is: a line that starts with % inside
    brackets or a string is no magic.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        magic = lines[first][2:].split(maxsplit=1)[:1]
        if not magic or magic[0] not in PYTHON_CELLS:
            return "\n".join(f"# {line}" for line in lines)
        lines[first] = f"# {lines[first]}"
    return "\n".join(_plain_lines(lines))


def _plain_lines(lines: list[str]) -> list[str]:
    plain: list[str] = []
    state = _State()
    magic = False  # whether the line before was IPython's and goes on in this one
    for line in lines:
        code = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        if magic:
            plain.append(f"{indent}# {code}")
        elif state.at_statement and (timed := TIMED.match(code)):
            plain.append(f"{indent}{timed['statement']}")
            state.read(plain[-1] + "\n")
            continue
        elif state.at_statement and MAGIC.match(code):
            plain.append(f"{indent}pass  # {code}")
        elif state.at_statement and (assigned := ASSIGNED_MAGIC.match(code)):
            plain.append(f"{indent}{assigned['target']} = None  # {code}")
        else:
            plain.append(line)
            state.read(line + "\n")
            continue
        magic = code.endswith("\\")
    return plain


class _State:
    """Where in Python's syntax a line ends."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""
        self.continued = False

    @property
    def at_statement(self) -> bool:
        return self.depth == 0 and not self.quote and not self.continued

    def read(self, text: str) -> None:
        self.continued = False
        position = 0
        while position < len(text):
            if self.quote:
                position = self._leave_string(text, position)
                continue
            token = TOKEN.search(text, position)
            if token is None:
                return
            position = token.end()
            match token.lastgroup:
                case "triple":
                    self.quote = token.group()
                case "string" if token.group().endswith("\\\n"):
                    self.quote = token.group()[0]
                case "open":
                    self.depth += 1
                case "close":
                    self.depth = max(0, self.depth - 1)
                case "continued":
                    self.continued = True

    def _leave_string(self, text: str, position: int) -> int:
        # Each character has one way to match: with two, lines of LaTeX would take for ever.
        end = re.compile(rf"(?:\\.|(?!{self.quote})[^\\])*{self.quote}", re.DOTALL).match(
            text, position
        )
        if end is None:
            return len(text)
        self.quote = ""
        return end.end()
