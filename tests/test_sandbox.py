"""A stranger's code, confined: what it can reach, and what becomes of it when it misbehaves.

Everything here runs in real processes.
"""

import contextlib
import os
import re
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from grader.errors import Died, Missing, Raised, SandboxError, TimedOut, Unreadable
from grader.sandbox.forkserver import ENVIRONMENT, Forkserver
from grader.sandbox.guest import MAX_TIMEOUTS, TOGETHER, Guest, Program
from grader.sandbox.inside.wire import Opaque
from grader.sandbox.limits import Limits
from tests.students import LOOP

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can confine")

ROOT = Path(__file__).parents[1]
LIMITS = Limits(
    import_seconds=20, call_seconds=20, training_seconds=20, memory_mib=256, reply_kib=64
)
SHORT = 0.5
SECRET = "GRADER_TEST_SECRET"


def program(*sources, notebook=False, given=None):
    """Make a program of a file or of cells."""
    names = [f"cell {n + 1}" for n in range(len(sources))] if notebook else ["answer.py"]
    return Program(tuple(zip(names, sources, strict=True)), notebook, given or {})


@contextlib.contextmanager
def started(limits=LIMITS, path=None):
    """Start a forkserver in an environment that holds a secret; without bubblewrap if asked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "x")
        if path is not None:
            patch.setenv("PATH", path)
        server = Forkserver(limits)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def forkserver():
    """One forkserver for most of the tests here."""
    with started() as server:
        yield server


@pytest.fixture(scope="module")
def bare():
    """A forkserver that finds no bubblewrap."""
    with started(path="") as server:
        yield server


@pytest.fixture
def load(forkserver):
    """Make guests of sources; the last one's process is ended with the test."""
    guests = []

    def make(*sources, notebook=False, given=None, unreadable=None, **limits):
        whole = Limits(
            **{name: getattr(LIMITS, name) for name in LIMITS.__struct_fields__} | limits
        )
        guest = Guest(
            forkserver, program(*sources, notebook=notebook, given=given), whole, unreadable
        )
        guests.append(guest)
        return guest

    yield make
    for guest in guests:
        guest.kill()


# What a guest can reach

PROBE = """
import os, sys

def attempt(code):
    try:
        exec(code, {})
    except BaseException as error:
        return type(error).__name__
    return "done"

def descriptors():
    found = []
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found

def environment():
    return sorted(os.environ)

def path():
    return sys.path

def folder():
    return os.getcwd()
"""


@pytest.fixture(params=["forkserver", "bare"], scope="module")
def probe(request):
    """A guest that looks around, with and without bubblewrap."""
    guest = Guest(request.getfixturevalue(request.param), program(PROBE), LIMITS)
    guest.start()
    yield guest
    guest.kill()


def needs(guest, *protections):
    """Skip where this machine does not have a protection."""
    for wanted in protections:
        if not any(name.startswith(wanted) for name in guest.protections):
            pytest.skip(f"no {wanted} here")


def test_what_is_in_force_is_told(probe):
    """A guest tells by name what confines it."""
    known = {"bubblewrap", "descriptors", "rlimits", "no_new_privs", "landlock", "seccomp"}
    assert {name.partition("-")[0] for name in probe.protections} <= known
    assert {"descriptors", "rlimits", "no_new_privs"} <= set(probe.protections)


def test_without_bubblewrap_none_is_claimed(bare):
    """A protection that is not there is not claimed."""
    guest = Guest(bare, program(""), LIMITS)
    guest.start()
    guest.kill()
    assert "bubblewrap" not in guest.protections


def test_a_guest_has_four_descriptors(probe):
    """A guest holds the null device three times and one connection, and nothing inherited."""
    assert probe.call("descriptors", ()).value == [0, 1, 2, 3]


def test_a_guest_has_an_environment_of_its_own(probe):
    """No variable of the trusted process is in a guest's environment."""
    names = set(probe.call("environment", ()).value)
    assert names <= {*ENVIRONMENT, "PWD"}
    assert SECRET not in names


def test_a_guest_imports_from_python_and_its_packages_only(probe):
    """No folder of the course is on a guest's path, nor is the folder it is in."""
    folders = probe.call("path", ()).value
    assert probe.call("folder", ()).value == "/"
    assert not {"", ".", "/"} & set(folders)
    assert not [f for f in map(Path, folders) if f == ROOT or f.is_relative_to(ROOT / "grader")]


FILES = [
    ROOT / "assignments/NewCross_softmax/checks/test_softmax.py",
    ROOT / "assignments/NewCross_softmax/digits.npz",
    ROOT / "solutions/NewCross_softmax/heldout.npz",
    ROOT / "pyproject.toml",
    ROOT / "grader/errors.py",
    "/etc/passwd",
    "/etc/hostname",
    "/proc/self/environ",
    "/proc/self/maps",
    "/proc/self/mem",
]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_guest_reads_no_file(probe, file):
    """No file of the course, of the system's settings or of a process can be read."""
    needs(probe, "landlock")
    assert Path(file).exists()
    assert probe.call("attempt", [f"open({str(file)!r}, 'rb')"]).value in {
        "PermissionError",
        "FileNotFoundError",
    }


@pytest.mark.parametrize("folder", ["/", "/etc", "/proc", str(ROOT), str(ROOT / "solutions")])
def test_a_guest_lists_no_folder(probe, folder):
    """What is in a folder beside Python's own can't be listed."""
    needs(probe, "landlock")
    code = f"import os; os.listdir({folder!r})"
    assert probe.call("attempt", [code]).value in {"PermissionError", "FileNotFoundError"}


@pytest.mark.parametrize("path", [ROOT / "solutions", *FILES[:4], "/etc/passwd"], ids=str)
def test_under_bubblewrap_hidden_paths_do_not_exist(probe, path):
    """Where bubblewrap is in force, not even whether a path exists can be found out."""
    needs(probe, "bubblewrap")
    assert Path(path).exists()
    code = f"import os; os.stat({str(path)!r})"
    assert probe.call("attempt", [code]).value == "FileNotFoundError"


@pytest.mark.parametrize(
    "code",
    [
        "open({path!r}, 'w')",
        "open({path!r}, 'a')",
        "import os; os.open({path!r}, os.O_RDWR | os.O_CREAT)",
        "import os; os.mkdir({path!r})",
        "import os; os.symlink('/', {path!r})",
        "import os; os.mkfifo({path!r})",
        "import numpy; numpy.save({path!r}, 1)",
        "import os; os.rename({there!r}, {path!r})",
        "import os; os.link({there!r}, {path!r})",
        "import os; os.remove({there!r})",
        "import os; os.chmod({there!r}, 0o777)",
        "import os; os.utime({there!r}, (1, 1))",
        "import os; os.truncate({there!r}, 0)",
        "import tempfile; tempfile.TemporaryFile()",
        "open('/dev/shm/written', 'w')",
        "open('/written', 'w')",
        "import numpy; open(numpy.__file__, 'r+')",
    ],
)
def test_a_guest_writes_nothing(probe, code, tmp_path):
    """Nothing can be created, changed, renamed or removed, in no folder."""
    needs(probe, "seccomp")
    there, path = tmp_path / "there", tmp_path / "written"
    there.write_text("as it was")
    os.utime(there, (0, 0))
    before = there.stat()
    assert probe.call("attempt", [code.format(path=str(path), there=str(there))]).value in {
        "PermissionError",
        "FileNotFoundError",
        "OSError",
    }
    assert [p.name for p in tmp_path.iterdir()] == ["there"]
    assert (there.read_text(), there.stat().st_mode) == ("as it was", before.st_mode)
    assert there.stat().st_mtime == 0


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import threading; threading.Thread(target=print).start()",
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "import socket; socket.socketpair()",
        "import os; os.kill(os.getppid(), 9)",
        "import os; os.kill(os.getpid(), 0)",
        "import os; os.killpg(0, 0)",
        "import signal, threading; signal.pthread_kill(threading.get_ident(), 0)",
        "import os; os.pidfd_open(os.getppid())",
        "import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        "import os; os.memfd_create('x')",
        "import os; os.pipe()",
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (0, 0))",
        "import resource as r; r.prlimit(1, r.RLIMIT_NOFILE, (0, 0))",
        "import fcntl, os; fcntl.fcntl(3, fcntl.F_SETOWN, os.getppid())",
        "import fcntl; fcntl.fcntl(3, 10, 9)",
        "import os; os.setsid()",
        "import signal; signal.setitimer(signal.ITIMER_REAL, 9)",
    ],
)
def test_a_guest_starts_and_signals_nothing(probe, code):
    """No process, thread, socket, pipe or signal; no limit or priority can be changed."""
    needs(probe, "seccomp")
    refused = {"PermissionError", "RuntimeError", "OSError", "ValueError", "itimer_error"}
    assert probe.call("attempt", [code]).value in refused


def test_a_guest_computes(probe):
    """What an honest answer needs is there: NumPy, the standard library, time, and randomness."""
    code = (
        "import numpy as np, math, json, collections, time, random\n"
        "np.linalg.solve(np.eye(3), np.ones(3)); np.random.default_rng(1).normal(size=3)\n"
        "np.fft.fft(np.ones(4)); time.sleep(0); time.time(); random.random(); print('hello')"
    )
    assert probe.call("attempt", [code]).value == "done"


@pytest.mark.parametrize(
    "draw",
    [
        "np.random.random(3)",
        "np.random.permutation(9)",
        "random.random()",
        "np.random.default_rng().random(3)",
        "list({'a', 'b', 'c', 'd'})",
    ],
)
def test_unseeded_draws_are_the_same_in_every_run(load, draw):
    """What is drawn without a seed is the same in every process, so a grade is repeatable."""
    guest = load(f"import random\nimport numpy as np\ndef draw():\n    return {draw}\n")
    first = guest.call("draw", ()).value
    guest.kill()
    np.testing.assert_array_equal(guest.call("draw", ()).value, first)


# Loading


@pytest.mark.parametrize(
    ("source", "words", "line"),
    [
        ("x = 1\ndef f(:\n    pass\n", r"^Python can't read it: invalid syntax", 2),
        ("x = 1\n\n  y = 2\n", r"^Python can't read it: unexpected indent", 3),
        ("def f():\n", r"^Python can't read it: expected an indented block", 1),
        ("x = (1,\n", r"^Python can't read it: '\(' was never closed", 1),
        ("x = '''\nabc", r"^Python can't read it: unterminated triple-quoted string", 1),
        ("x = 1\nreturn x\n", r"^Python can't read it: 'return' outside function", 2),
        ("x = 1\nraise ValueError('no')\n", r"^answer\.py raised ValueError: no$", 2),
        ("x = 1\n\nx.y = 3\n", r"^answer\.py raised AttributeError: ", 3),
        ("import torch_xyz\n", r"^answer\.py imports what is not there .*torch_xyz.*Use NumPy", 1),
        ("import sys\nsys.exit(3)\n", r"^answer\.py ended the program with exit\(\)", 2),
        ("\nx = input()\n", r"^answer\.py asks for keyboard input", 2),
    ],
)
def test_a_file_that_can_not_be_loaded(load, source, words, line):
    """A file that is no Python or raises is unreadable, in clear words and with the line."""
    with pytest.raises(Unreadable, match=words) as caught:
        load(source).start()
    assert [(part, number) for part, number, _ in caught.value.trace][-1] == (0, line)


@pytest.mark.parametrize(
    "nonsense", ["(" * 500, "x = " + "-" * 99999 + "1", "a\0b", "\ud800", "\t x\n y"]
)
def test_nonsense_is_unreadable(load, nonsense):
    """Text that breaks Python's parser is the student's error, and no other."""
    with pytest.raises(Unreadable):
        load(nonsense).start()


def test_an_endless_loop_in_a_file(load):
    """A file that never ends is unreadable, and says so."""
    guest = load("while True:\n    pass\n", import_seconds=SHORT)
    with pytest.raises(
        Unreadable, match=r"^answer\.py had not finished after 0\.5 s\. Is there a loop"
    ):
        guest.start()


def test_a_file_that_ends_its_process(load):
    """A file that ends its process is unreadable, and says so."""
    with pytest.raises(Unreadable, match=r"^answer\.py ended its process"):
        load("import os\nos._exit(0)\n").start()


def test_an_unreadable_submission_stays_so(load):
    """The reason why a submission can't be loaded is told again at each request."""
    guest = load("def f(:\n")
    errors = []
    for request in (guest.start, lambda: guest.call("f", ()), lambda: guest.value("X")):
        with pytest.raises(Unreadable) as caught:
            request()
        errors.append(caught.value)
    assert errors == [errors[0]] * 3


def test_a_known_problem_starts_no_process(load):
    """A submission that is known to be unreadable is not even started."""
    problem = Unreadable("It is a picture.")
    guest = load("x = 1", unreadable=problem)
    with pytest.raises(Unreadable, match="picture"):
        guest.call("f", ())
    assert guest.protections == ()


def test_other_cells_count_when_one_raises(load):
    """A notebook's cell that raises is noted with its line; the cells after it still count."""
    guest = load("a = 1", "b = 2\n1 / 0", "c = (", "def f():\n    return a + b", notebook=True)
    assert guest.call("f", ()).value == 3
    assert [(f.part, f.error.trace[-1][:2]) for f in guest.failures] == [(1, (1, 2)), (2, (2, 1))]
    assert str(guest.failures[0].error) == "cell 2 raised ZeroDivisionError: division by zero"
    assert "never closed" in str(guest.failures[1].error)


def test_a_notebook_finds_its_shell(load):
    """What IPython gives a notebook may be called, and does nothing."""
    guest = load("get_ipython().run_line_magic('matplotlib', 'inline')\ndisplay(1)", notebook=True)
    guest.start()
    assert guest.failures == ()


def test_given_modules_are_imported_from_memory(load):
    """A given module can be imported though no file of it can be read."""
    source = "import network\ndef f():\n    return network.SIZE, network.__file__\n"
    guest = load(source, given={"network": "SIZE = 3"})
    assert guest.call("f", ()).value == (3, "/network.py")


def test_a_name_guard_is_not_run(load):
    """What stands under `if __name__ == "__main__"` is not run."""
    guest = load('X = 1\nif __name__ == "__main__":\n    X = 2\n')
    assert guest.value("X") == 1


# Answers


def test_calls_are_answered(load):
    """Calls, many calls at once and constants are answered with plain data."""
    guest = load("RATE = 0.5\ndef double(x):\n    print(x)\n    return 2 * x\n")
    np.testing.assert_array_equal(guest.call("double", [np.arange(3)]).value, [0, 2, 4])
    assert guest.map("double", [[1], ["a"], [(1,)]]) == [2, "aa", (1, 1)]
    assert guest.value("RATE") == 0.5


@pytest.mark.parametrize(
    ("body", "modified"),
    [("x[0] = 9.0", True), ("x = x + 1", False), ("x.sort()", True), ("pass", False)],
)
def test_changed_arguments_are_noticed(load, body, modified):
    """A watched call tells whether the arguments were changed; ours never are."""
    guest = load(f"def f(x):\n    {body}\n    return 1\n")
    mine = np.array([3.0, np.nan, 1.0])
    assert guest.call("f", [mine], watch=True) == (1, modified)
    assert guest.call("f", [mine]) == (1, None)
    assert mine[0] == 3.0


def test_warnings_are_noted_once(load):
    """A warning is noted once, with its line, however often and in how many processes it comes."""
    guest = load("import numpy as np\n\ndef f(x):\n    return np.log(x)\n")
    for _ in range(2):
        guest.map("f", [[np.zeros(2)]] * 3)
        guest.kill()
    assert [(w.kind, w.text, w.part, w.line) for w in guest.warnings] == [
        ("RuntimeWarning", "divide by zero encountered in log", 0, 4)
    ]


def test_answers_that_are_not_plain_arrive_as_a_name(load):
    """Of an answer that is no plain data, is too large or has too many parts, a name arrives."""
    guest = load(
        "import numpy as np\ndef lazy():\n    return (n for n in 'ab')\n"
        "def large():\n    return np.zeros(10**6)\ndef many():\n    return [0] * 200_000\n"
        "def endless():\n    x = []\n    x.append(x)\n    return x\n"
    )
    names = [guest.call(name, ()).value for name in ("lazy", "large", "many", "endless")]
    assert names[:2] == [Opaque("a generator"), Opaque("an array that is too big")]
    assert names[2:] == [Opaque("a value with too many parts")] * 2


# Misbehaving

GOOD = """\
import ctypes, os, sys
import numpy as np
from inside.wire import LENGTHS, pack

def good(x):
    return 2 * x

def hang(*_):
    while True:
        pass

def forge(reply):
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    os.write(3, pack(reply(frame.f_locals["request"]["id"])))

"""
FIRST = GOOD.count("\n") + 1


# What it does, the source, the arguments, the error, its words, and the lines it names.
# fmt: off
MISBEHAVING = [
    ("raises", "def bad():\n    raise ValueError('no luck')", [], Raised,
     r"^bad raised ValueError: no luck$", [1]),
    ("raises below", "def bad():\n    return below(0)\n\ndef below(x):\n    return 1 // x",
     [], Raised, r"^bad raised ZeroDivisionError: ", [1, 4]),
    ("not implemented", "def bad():\n    raise NotImplementedError('Task 1a')", [], Raised,
     r"^bad is not implemented yet: Task 1a$", [1]),
    ("braces", "def bad():\n    raise ValueError('{name} {0} {}')", [], Raised,
     r"^bad raised ValueError: \{name\} \{0\} \{\}$", [1]),
    ("control characters", "def bad():\n    raise ValueError('\\x1b[2J\\u202ered\\ud800')",
     [], Raised, r"^bad raised ValueError: \[2J red\?$", [1]),
    ("hostile type name", "def bad():\n    raise type('\\x1b[2JE', (Exception,), {})", [],
     Raised, r"^bad raised \[2JE\.$", [1]),
    ("hostile str", "class E(Exception):\n    __str__ = good\ndef bad():\n    raise E", [],
     Raised, r"^bad raised E\.$", [3]),
    ("str is no string",
     "class E(Exception):\n    __str__ = lambda self: 3\ndef bad():\n    raise E", [],
     Raised, r"^bad raised E\.$", [3]),
    ("sys.exit", "def bad():\n    sys.exit()", [], Raised,
     r"^bad ended the program with exit\(\)\. Return a value instead\.$", [1]),
    ("interrupt", "def bad():\n    raise KeyboardInterrupt", [], Raised,
     r"^bad ended the program with KeyboardInterrupt", [1]),
    ("input", "def bad():\n    return input('x? ')", [], Raised,
     r"^bad asks for keyboard input\. Nobody is at the keyboard", [1]),
    ("memory", "def bad():\n    return bytearray(2**31)", [], Raised,
     r"^bad ran out of memory: more than 256 MiB\.$", [1]),
    ("memory of an array", "def bad():\n    return np.ones(2**29)", [], Raised,
     r"^bad ran out of memory: more than 256 MiB\.$", [1]),
    ("memory of a list", "def bad():\n    x = [0]\n    while True:\n        x += x", [],
     Raised, r"^bad ran out of memory: more than 256 MiB\.$", [3]),
    ("imports what is not there", "def bad():\n    import torch_xyz", [], Raised,
     r"^bad imports what is not there while it is graded: .*torch_xyz", [1]),
    ("a process", "def bad():\n    os.fork()", [], Raised,
     r"^bad does what is not allowed while it is graded: ", [1]),
    ("too many arguments", "def bad(x):\n    return x", [1, 2], Raised,
     r"^bad can't be called like this: bad\(\) takes 1 positional argument but 2 were",
     []),
    ("too few arguments", "def bad(x):\n    return x", [], Raised,
     r"^bad can't be called like this: bad\(\) missing 1 required", []),
    ("not callable", "bad = 0.5", [], Raised,
     r"^bad can't be called like this: bad is not a function but of type float", []),
    ("TypeError inside", "def bad():\n    return 1 + 'a'", [], Raised,
     r"^bad raised TypeError: unsupported operand", [1]),
    ("close name", "def Bad():\n    return 1", [], Missing,
     r"^There is no bad, but there is Bad\. Names must match exactly", []),
    ("no such name", "def worse():\n    return 1", [], Missing,
     r"^There is no bad in what you handed in\.$", []),
    ("_exit", "def bad():\n    os._exit(0)", [], Died, r"^bad ended its process\.$", []),
    ("segfault", "def bad():\n    ctypes.string_at(0)", [], Died,
     r"^bad crashed its process \(SIGSEGV\)\.$", []),
    ("closes", "def bad():\n    os.close(3)", [], Died,
     r"^bad (ended its process|closed its connection)\.$", []),
    ("garbage", "def bad():\n    os.write(3, b'garbage ' * 9)", [], Died,
     r"^What bad sent back is not an answer, or far too big for one\.$", []),
    ("announces too much", "def bad():\n    os.write(3, LENGTHS.pack(9, 2**31))", [], Died,
     r"^What bad sent back is not an answer", []),
    ("hostile float", "class F(float):\n    __float__ = input\ndef bad():\n    return F()", [],
     Died, r"^bad ended its process", []),
]
# fmt: on


@pytest.mark.parametrize(
    ("source", "args", "error", "words", "lines"),
    [pytest.param(*row[1:], id=row[0]) for row in MISBEHAVING],
)
def test_misbehaving(load, source, args, error, words, lines):
    """Whatever a function does becomes one error in clear words; the next call is answered."""
    guest = load(GOOD + source)
    assert guest.call("good", [1]).value == 2
    with pytest.raises(error, match=words) as caught:
        guest.call("bad", args)
    assert type(caught.value) is error
    assert [(part, line - FIRST) for part, line, _ in caught.value.trace] == [
        (0, line) for line in lines
    ]
    assert guest.call("good", [2]).value == 4


def test_deep_recursion(load):
    """Endless recursion is told with where it began and where it ended, not a thousand lines."""
    guest = load("def bad(n=0):\n    return bad(n + 1)\ndef good(x):\n    return 2 * x\n")
    with pytest.raises(Raised, match=r"^bad calls itself without end") as caught:
        guest.call("bad", ())
    assert 2 <= len(caught.value.trace) <= 12
    assert {line for _, line, _ in caught.value.trace} == {2}
    assert guest.call("good", [2]).value == 4


def test_foreign_text_is_capped(load):
    """An exception's text is cut where it enters."""
    guest = load("def bad():\n    raise ValueError('a' * 10**6)\n")
    with pytest.raises(Raised) as caught:
        guest.call("bad", ())
    assert len(str(caught.value)) < 500


def test_a_name_given_to_a_value_is_clean(load):
    """What a stranger calls a value can't steer a terminal."""
    guest = load("def f():\n    return type('\\x1b[2J\\u202eThing', (), {})()\n")
    assert guest.call("f", ()).value.kind.isprintable()


FORGED = {
    "wrong id": 'lambda n: {"id": n + 1, "value": 1}',
    "no id": 'lambda n: {"value": 1}',
    "id of many": 'lambda n: {"id": np.array([n, n]), "value": 1}',
    "no dict": "lambda n: [n]",
    "warnings no list": 'lambda n: {"id": n, "value": 1, "warnings": 5}',
    "warnings an array": 'lambda n: {"id": n, "value": 1, "warnings": np.ones(3)}',
    "no warning": 'lambda n: {"id": n, "value": 1, "warnings": [["a", "b", 0]]}',
    "warning elsewhere": 'lambda n: {"id": n, "value": 1, "warnings": [["a", "b", 9, 1]]}',
    "missing no name": 'lambda n: {"id": n, "missing": 1, "names": []}',
    "missing no names": 'lambda n: {"id": n, "missing": "f", "names": 1}',
    "raised nothing": 'lambda n: {"id": n, "raised": None}',
    "raised elsewhere": 'lambda n: {"id": n, "raised": {"type": "E", "text": "", '
    '"trace": [[0, 10**6, "f"]], "syntax": False}}',
    "raised no lines": 'lambda n: {"id": n, "raised": {"type": "E", "text": "", '
    '"trace": [3], "syntax": False}}',
    "raised oddly": 'lambda n: {"id": n, "raised": {"type": "E", "text": "", '
    '"trace": [], "syntax": np.ones(2)}}',
    "modified oddly": 'lambda n: {"id": n, "value": 1, "modified": np.ones(2)}',
}


@pytest.mark.parametrize("reply", FORGED.values(), ids=FORGED.keys())
def test_a_forged_reply(load, reply):
    """A reply that no honest guest sends is the student's error, never the grader's."""
    guest = load(GOOD + f"def bad():\n    forge({reply})\n")
    with pytest.raises(Died, match=r"^What bad sent back is not an answer"):
        guest.call("bad", (), watch=True)
    assert guest.call("good", [2]).value == 4


@pytest.mark.parametrize("answer", ["[1]", "[1, 2, 3]", "5", "None"])
def test_forged_answers_to_many_calls(load, answer):
    """Many calls have exactly as many answers."""
    guest = load(GOOD + f"def bad(x):\n    forge(lambda n: {{'id': n, 'value': {answer}}})\n")
    with pytest.raises(Died, match=r"^What bad sent back is not an answer"):
        guest.map("bad", [[1], [2]])
    assert guest.map("good", [[1], [2]]) == [2, 4]


def test_a_reply_sent_too_early(load):
    """A second reply, sent ahead, does not pass for the next call's."""
    guest = load(
        GOOD + "def bad():\n    forge(lambda n: {'id': n, 'value': 1})\n"
        "    forge(lambda n: {'id': n, 'value': 7})\n"
    )
    assert guest.call("bad", ()).value == 1
    with pytest.raises(Died, match="is not an answer"):
        guest.call("good", [2])
    assert guest.call("good", [2]).value == 4


def test_forged_warnings_are_few(load):
    """However many warnings a stranger claims, only a few are kept."""
    guest = load(
        GOOD + "def bad():\n    forge(lambda n: {'id': n, 'value': 1, 'warnings': "
        "[['W', str(i), 0, 1] for i in range(1000)]})\n"
    )
    with contextlib.suppress(Died):
        guest.call("bad", ())
    assert len(guest.warnings) <= 100


def test_a_hang_is_ended(load):
    """A function that never ends is ended, in clear words; the next call is answered."""
    guest = load("def bad():\n    while True:\n        pass\n" + GOOD, call_seconds=SHORT)
    with pytest.raises(
        TimedOut, match=r"^bad had not finished after 0\.5 s\. Is there a loop that"
    ):
        guest.call("bad", ())
    assert guest.call("good", [2]).value == 4


@pytest.mark.parametrize(
    "source",
    [
        "def bad():\n    class E(Exception):\n        __str__ = hang\n    raise E\n",
        "def bad():\n    os.write(3, LENGTHS.pack(9, 9))\n    hang()\n",
        "def bad():\n    try:\n        hang()\n    finally:\n        bad()\n",
    ],
    ids=["in __str__", "with half an answer", "that starts again"],
)
def test_a_hang_in_disguise_is_ended(load, source):
    """A hang is a hang wherever it happens and whatever was sent before."""
    guest = load(GOOD + source, call_seconds=SHORT)
    with pytest.raises(TimedOut, match=r"^bad had not finished"):
        guest.call("bad", ())
    assert guest.call("good", [2]).value == 4


def test_a_function_that_hung_too_often_is_not_called_again(load):
    """After MAX_TIMEOUTS hangs a function is not called any more; others are."""
    guest = load(GOOD + "def bad(hang):\n    while hang:\n        pass\n", call_seconds=SHORT)
    for _ in range(MAX_TIMEOUTS):
        with pytest.raises(TimedOut, match="had not finished"):
            guest.call("bad", [True])
    with pytest.raises(
        TimedOut, match=r"^bad was not called again: it had already hung 3 times\.$"
    ):
        guest.call("bad", [False])
    assert guest.call("good", [2]).value == 4


def test_cpu_time_is_limited():
    """A process that uses up its CPU time is stopped, in clear words."""
    limits = Limits(cpu_seconds=1, call_seconds=60)
    with started(limits) as server:
        guest = Guest(server, program("def bad():\n    while True:\n        pass\n"), limits)
        with pytest.raises(Died, match=r"^bad used up its CPU time and was stopped\.$"):
            guest.call("bad", ())


def test_what_a_cell_left_out_is_told(load):
    """If a name is missing and a cell had raised, that cell is named, with its line."""
    guest = load("x = 1\n1 / 0\ndef softmax(): pass", notebook=True)
    with pytest.raises(
        Missing, match=r"^There is no softmax, perhaps because cell 1 broke off: "
    ) as caught:
        guest.call("softmax", ())
    assert caught.value.trace[-1][:2] == (0, 2)


def test_arguments_that_can_not_be_sent_are_not_the_students_error(load):
    """A check that sends what no frame holds is told so; the student is not blamed."""
    guest = load(GOOD)
    deep = [[[[[[[[[[1]]]]]]]]]]
    with pytest.raises(ValueError, match="too deep"):
        guest.call("good", [deep])


def test_an_answer_is_kept_as_it_came(load):
    """A function may write each answer into the array that held the one before."""
    source = "import numpy as np\nkept = np.empty(1)\ndef f(x):\n    kept[:] = x\n    return {}\n"
    for answer in ("kept", "[kept]", "(kept,)"):
        values = load(source.format(answer)).map("f", [(1.0,), (2.0,), (3.0,)])
        assert [float(np.ravel(value)[0]) for value in values] == [1.0, 2.0, 3.0]


# Loops


def test_a_loop_is_run_in_blocks(load):
    """The answers of a loop's steps come some blocks together, in order; the guest goes on."""
    guest = load(GOOD + "def f(x):\n    return x, 2 * x\n")
    together, steps = 4 * TOGETHER, 8 * TOGETHER + 6
    answers = list(guest.replay(LOOP, {"steps": steps}, (2,), 4))
    assert [len(some) for some in answers] == [together, together, 6]
    np.testing.assert_array_equal(np.concatenate(answers)[:, 1], 2.0 * np.arange(steps))
    assert guest.call("good", [2]).value == 4


def test_what_was_answered_before_a_loop_broke_off(load):
    """Blocks that were finished when the student's function raised still come."""
    guest = load(GOOD + "def f(x):\n    return x if x < 10 else x.y\n")
    answers = guest.replay(LOOP, {"steps": 20}, (2,), 4)
    assert len(next(answers)) == 8
    with pytest.raises(Raised, match=r"^training raised AttributeError"):
        next(answers)


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        ("return x.y", Raised, r"^training raised AttributeError"),
        ("return 1 if x < 5 else os._exit(0)", Died, r"^training ended its process"),
        ("os.write(3, pack({'id': 1}))", Died, r"^What training sent back is not an answer"),
        ("while True: pass", TimedOut, r"^training had not finished"),
    ],
)
def test_misbehaving_in_a_loop(load, body, error, words):
    """What goes wrong in a loop becomes the same errors, and the next call is answered."""
    guest = load(GOOD + f"def f(x):\n    {body}\n", training_seconds=SHORT)
    with pytest.raises(error, match=words):
        list(guest.replay(LOOP, {"steps": 8}, (2,), 4))
    assert guest.call("good", [2]).value == 4


@pytest.mark.parametrize(
    "block",
    [
        f"np.ones(({4 * TOGETHER + 1}, 2))",
        "np.ones((0, 2))",
        "np.ones((4, 3))",
        "np.ones((4, 2), int)",
        "[1]",
        "5",
    ],
)
def test_a_forged_block(load, block):
    """A block of another shape or kind than the loop's is no answer."""
    reply = f"lambda n: {{'id': n, 'block': {block}}}"
    guest = load(GOOD + f"def f(x):\n    forge({reply})\n    return 1\n")
    with pytest.raises(Died, match=r"^What training sent back is not an answer"):
        list(guest.replay(LOOP, {"steps": 8}, (2,), 4))


def test_a_loop_goes_on_if_nothing_else_is_asked(load):
    """A loop waits after its first steps, if it has any, and goes on."""
    guest = load(GOOD + "def f(x):\n    return x, 2 * x\n")
    together = 4 * TOGETHER
    for steps, pieces in (
        (0, []),
        (6, [6]),
        (together, [together]),
        (2 * together + 6, [together, together, 6]),
    ):
        answers = list(guest.replay(LOOP, {"steps": steps}, (2,), 4))
        assert [len(some) for some in answers] == pieces
        np.testing.assert_array_equal(np.concatenate([[[0, 0]], *answers])[1:, 0], range(steps))


def test_nobody_waits_for_whom_he_lets_go_on(load):
    """Who lets a loop go on is given its first answers back to work with, and waits only then."""
    together = 4 * TOGETHER
    guest = load(
        GOOD + f"def f(x):\n    while x >= {together}: pass\n    return 1.0\n",
        training_seconds=SHORT,
    )
    answers = guest.replay(LOOP, {"steps": 2 * together}, (2,), 4)
    next(answers)
    assert len(answers.send(())) == 0
    with pytest.raises(TimedOut):
        next(answers)


def test_a_loop_may_be_asked_something_else(load):
    """After its first steps a loop is left for other inputs, and the next call is answered."""
    guest = load(GOOD + "def f(x):\n    return x, 2 * x\n")
    together = 4 * TOGETHER
    answers = guest.replay(LOOP, {"steps": 10 * together}, (2,), 4)
    first = next(answers)
    inputs = np.linspace(-1.0, 1.0, together + 3)
    others = [answers.send((inputs,)), *answers]
    assert [len(some) for some in (first, *others)] == [together, 0, together, 3]
    np.testing.assert_array_equal(np.concatenate(others), np.column_stack([inputs, 2 * inputs]))
    assert guest.call("good", [2]).value == 4


def test_a_loop_that_does_not_wait(load):
    """Who sends block after block, without a look at what he is told, is told to go on once."""
    reply = "lambda n: {'id': n, 'block': np.ones((4, 2))}"
    told = "    os.read(3, 1)\n"  # or it might be gone before it is told
    guest = load(
        GOOD + f"def f(x):\n    for _ in range(5): forge({reply})\n{told}    os._exit(0)\n"
    )
    answers = guest.replay(LOOP, {"steps": 8}, (2,), 4)
    assert sum(1 for _ in zip(range(5), answers, strict=False)) == 5
    with pytest.raises(Died, match=r"^training ended its process"):
        next(answers)


def test_a_loop_can_be_left_halfway(load):
    """A loop that nobody waits for any more is ended, and the next call is answered."""
    guest = load(GOOD + "def f(x):\n    return 1.0\n")
    blocks = guest.replay(LOOP, {"steps": 10**6}, (2,), 4)
    next(blocks)
    blocks.close()
    assert guest.call("good", [2]).value == 4


# The forkserver


def descendants(pid):
    """Find the processes below one, by asking the system for everybody's parent."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[0] not in "ZX":
                parents[int(stat.parent.name)] = int(fields[1])
    found = {pid} & parents.keys()
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def alive(pids):
    """Tell which processes are still there."""
    return {pid for pid in pids if descendants(pid)}


def wait_until_gone(pids):
    """Give the system a while to end processes; tell which are left."""
    for _ in range(200):
        if not alive(pids):
            return set()
        time.sleep(0.05)
    return alive(pids)


@pytest.mark.parametrize("path", [None, ""], ids=["as found", "without bubblewrap"])
def test_no_process_is_left(path):
    """After `close` neither the forkserver nor a child that hangs is left."""
    with started(path=path) as server:
        guest = Guest(server, program("def f():\n    return 1\n"), LIMITS)
        guest.call("f", ())
        processes = descendants(server._process.pid)
        assert len(processes) >= 2
    with contextlib.suppress(SandboxError):
        guest.kill()
    assert wait_until_gone(processes) == set()


def test_a_process_starts_with_little(load):
    """Beside NumPy and what that needs hardly a module is there, and garbage is collected."""
    told = load(
        "import gc, sys\n"
        "there = sorted(sys.modules)\n"
        "def modules():\n    return there\n"
        "def garbage():\n    return gc.isenabled(), gc.get_freeze_count()\n"
    )
    modules = set(told.call("modules", ()).value)
    assert "numpy.random" in modules
    assert not modules & set("importlib.resources tempfile zipfile shutil asyncio grader".split())
    enabled, kept = told.call("garbage", ()).value
    assert enabled
    assert kept > 10_000


def test_calls_together_have_as_many_arguments(load):
    """Calls of a function that takes nothing go together, too; those that differ are refused."""
    guest = load("made = []\ndef count(*given):\n    made.append(given)\n    return len(made)\n")
    assert guest.map("count", [()] * 3) == [1, 2, 3]
    assert guest.map("count", []) == []
    with pytest.raises(ValueError, match="shorter"):
        guest.map("count", [(1, 2), (1,)])
    assert guest.map("count", [(np.zeros(2), 1), (np.zeros(2), 1)]) == [4, 5]


def test_a_killed_child_is_reaped(load, forkserver):
    """After `kill` there is one process less, and no zombie of it."""
    guest = load(GOOD)
    forkserver.wait_until_warm()
    before = descendants(forkserver._process.pid)
    guest.start()
    [child] = descendants(forkserver._process.pid) - before
    guest.kill()
    assert not Path(f"/proc/{child}").exists()


@pytest.mark.parametrize("path", [None, ""], ids=["as found", "without bubblewrap"])
def test_a_forkserver_that_dies_is_our_fault(path):
    """If the forkserver is gone, calls and new processes fail with SandboxError."""
    with started(path=path) as server:
        guest = Guest(server, program("def f():\n    while True:\n        pass\n"), LIMITS)
        guest.start()
        server._process.kill()
        server._process.wait()
        with pytest.raises(SandboxError, match="has gone away"):
            guest.call("f", ())
        with pytest.raises(SandboxError, match="has gone away"):
            guest.call("f", ())


def test_a_forkserver_that_dies_during_a_call_is_our_fault():
    """If the forkserver is killed while a function runs, it is not the function's fault."""
    with started() as server:
        guest = Guest(server, program("def f():\n    while True:\n        pass\n"), LIMITS)
        guest.start()
        killer = threading.Timer(0.2, server._process.kill)
        killer.start()
        with pytest.raises(SandboxError, match="has gone away"):
            guest.call("f", ())
        killer.join()


def test_a_forkserver_that_can_not_start_is_our_fault(monkeypatch, tmp_path):
    """If the process does not start, SandboxError says why."""
    monkeypatch.setattr("grader.sandbox.forkserver.BOOT", "raise SystemExit('no room')")
    with started() as server:
        for _ in range(2):
            with pytest.raises(SandboxError, match=r"did not start: no room$"):
                server.fork()


def test_a_bubblewrap_that_does_not_work_is_left_out(tmp_path):
    """Where bubblewrap is installed and fails, everything else is in force, and that is told."""
    script = tmp_path / "bwrap"
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    with started(path=str(tmp_path)) as server:
        guest = Guest(server, program("X = 1\n"), LIMITS)
        assert guest.value("X") == 1
        guest.kill()
    assert "bubblewrap" not in guest.protections
    assert {"descriptors", "rlimits"} <= set(guest.protections)


def test_closing_twice_is_fine():
    """A forkserver that is closed, even before it was warm, can be closed again."""
    with started() as server:
        server.close()
        assert server._process.returncode is not None


def test_descriptors_of_the_trusted_process_stay_few(forkserver):
    """Starting and ending guests leaves no descriptor open in the trusted process."""
    guest = Guest(forkserver, program("def f():\n    return 1\n"), LIMITS)
    guest.call("f", ())
    guest.kill()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        guest.call("f", ())
        guest.kill()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_words_have_no_holes(load):
    """An error's sentence has every field filled in, also for an empty exception."""
    guest = load("def bad():\n    raise NotImplementedError\n")
    with pytest.raises(Raised) as caught:
        guest.call("bad", ())
    assert re.fullmatch(r"bad is not implemented yet\W*", str(caught.value))
