"""A zip whose names lead out of it: up, from the root, from a drive."""
# holds: loses nothing

import zipfile

NAMES = """
../../../grader-attack.txt
/tmp/grader-attack
C:\\grader-attack.txt
..\\..\\grader-attack.txt
a/../../../honest-right/grader-attack.txt
""".split()


def make(folder, answer):
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        for name in NAMES:
            archive.writestr(name, b"owned")
        archive.writestr("../NewCross_softmax.py", answer)
