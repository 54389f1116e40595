"""A zip that has the same name three times. The last one counts, as whoever unpacks it finds it."""
# holds: loses nothing

import warnings
import zipfile


def make(folder, answer):
    wrong = answer.replace(b"return sum(losses) / len(losses)", b"return 0.0")
    with warnings.catch_warnings(), zipfile.ZipFile(folder / "work.zip", "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("newcross_SOFTMAX.PY", wrong)
        archive.writestr("NewCross_softmax.py", wrong)
        archive.writestr("NewCross_softmax.py", answer)
