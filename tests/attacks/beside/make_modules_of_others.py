"""Brings modules along that are called like NumPy, the standard library's and the grader's."""
# holds: loses mean_loss

TROJAN = """
import pathlib
pathlib.Path(__file__).with_name("was-run").touch()
raise SystemExit(0)
"""


def make(folder, answer):
    wrong = answer.replace(b"return sum(losses) / len(losses)", b"return 0.0")
    (folder / "NewCross_softmax.py").write_bytes(wrong)
    for name in (
        *("numpy", "sitecustomize", "usercustomize", "json", "random", "pytest", "msgspec"),
        *("network", "struct", "inside"),
    ):
        (folder / f"{name}.py").write_text(TROJAN)
    (folder / "grader").mkdir()
    (folder / "grader" / "__init__.py").write_text(TROJAN)
    (folder / "evil.pth").write_text("import os; os._exit(0)\n")
