"""Brings compiled code along that is newer than its right source."""
# holds: loses mean_loss

import marshal


def make(folder, answer):
    wrong = answer.replace(b"return sum(losses) / len(losses)", b"return 0.0")
    (folder / "NewCross_softmax.py").write_bytes(wrong)
    (folder / "__pycache__").mkdir()
    code = marshal.dumps(compile(answer, "NewCross_softmax.py", "exec"))
    for version in (11, 12, 13, 14):
        (folder / "__pycache__" / f"NewCross_softmax.cpython-3{version}.pyc").write_bytes(code)
    (folder / "NewCross_softmax.so").write_bytes(b"\x7fELF")
