"""What a student's code may use."""

from typing import Annotated

import msgspec

DAY = 86_400
Seconds = Annotated[float, msgspec.Meta(ge=0.01, le=DAY)]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits on one submission. Seconds are wall clock unless it says CPU.

    Args:
        import_seconds: to run the file, or all cells, from top to bottom.
        call_seconds: for one exchange: a call, or many calls sent together.
        training_seconds: for the training run.
        total_seconds: for all of these together.
        cpu_seconds: CPU time of one student's process.
        memory_mib: memory beyond what NumPy itself takes.
        reply_kib: the size of what a function may return.
        submission_kib: the size of the file handed in.
    """

    import_seconds: Seconds = 5.0
    call_seconds: Seconds = 5.0
    training_seconds: Seconds = 60.0
    total_seconds: Seconds = 180.0
    cpu_seconds: Annotated[int, msgspec.Meta(ge=1, le=DAY)] = 120
    memory_mib: Annotated[int, msgspec.Meta(ge=64, le=65_536)] = 512
    reply_kib: Annotated[int, msgspec.Meta(ge=16, le=1_048_576)] = 4096
    submission_kib: Annotated[int, msgspec.Meta(ge=1, le=1_048_576)] = 2048

    @property
    def grading_seconds(self) -> float:
        """What one grading takes at most: it begins anew if a training only seemed to be known."""
        return 2 * self.total_seconds
