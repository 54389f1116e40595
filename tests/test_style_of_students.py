"""Right work written in ways that graders trip over earns what it deserves."""

from pathlib import Path

import pytest

from tests.command import grade, lost, strict_json

ANSWER = (
    Path(__file__).parents[1] / "solutions/NewCross_softmax/NewCross_softmax_answer.py"
).read_text(encoding="utf-8")
BEFORE = {
    "plots at the top": "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\n"
    "axes.plot([1, 2])\nplt.show()\n",
    "displays": "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))\n",
    "imports the network": "import network\nfrom network import *\n",
    "changes the folder": "import os\nos.chdir(os.path.dirname(__file__))\n",
    "raises on warnings": "import numpy as np\nnp.seterr(all='raise')\n",
    "names of ours": "def call():\n    pass\n\nmap = value = replay = call\n",
}


@pytest.mark.parametrize("start", BEFORE.values(), ids=BEFORE)
def test_a_harmless_start_costs_nothing(tmp_path, start):
    """Plotting, displaying, importing the given code: none of it costs a point."""
    path = tmp_path / "NewCross_softmax.py"
    path.write_text(start + ANSWER, encoding="utf-8")
    assert lost(strict_json(grade(path, "--only", "gradient").out)) == set()


def test_a_package_that_others_may_not_have_is_named(tmp_path):
    """What is on one machine and not on another can't be imported on any."""
    path = tmp_path / "NewCross_softmax.py"
    path.write_text("import msgspec\n" + ANSWER, encoding="utf-8")
    ran = grade(path, "--only", "loss")
    report, said = strict_json(ran.out), " ".join(ran.err.split())
    assert "imports what is not there while it is graded: No module named 'msgspec'" in said
    assert report["score"] == 0.0


def test_float32_is_named_where_it_hurts(tmp_path):
    """Single precision fails the gradient check for what it is, and not for a wrong delta."""
    path = tmp_path / "NewCross_softmax.py"
    source = ANSWER.replace(
        "powers = np.exp(", "net = net.astype(np.float32)\n    powers = np.exp("
    )
    path.write_text(source, encoding="utf-8")
    ran = grade(path, "--only", "gradient")
    report, said = strict_json(ran.out), " ".join(ran.err.split())
    assert "other numbers than float64" in said
    assert "not the derivative" not in said
    assert report["score"] == 0.0
