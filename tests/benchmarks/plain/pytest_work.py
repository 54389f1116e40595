"""The plain checks under pytest, beside a student's file."""

import NewCross_softmax
import pytest
from plain_checks import *  # noqa: F403
from plain_checks import seeded


@pytest.fixture
def student():
    """What the student wrote."""
    return NewCross_softmax


@pytest.fixture
def rng(request):
    """Random numbers that only the check's name decides."""
    return seeded(request.node.name)
