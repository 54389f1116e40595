"""A notebook with a thousand outputs, none of them valid."""
# holds: loses nothing

import json


def make(folder, answer):
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "execution_count": None,
        "outputs": [{"output_type": "boom"}] * 1000,
        "source": answer.decode(),
    }
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    (folder / "NewCross_softmax.ipynb").write_text(json.dumps(content))
