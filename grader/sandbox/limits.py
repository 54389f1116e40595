"""What a student's code may use."""

import msgspec


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits on one submission. Seconds are wall clock unless it says CPU.

    Args:
        import_seconds: to run the file, or all cells, from top to bottom.
        call_seconds: for one exchange: a call, or many calls sent together.
        training_seconds: for the training run.
        cpu_seconds: CPU time of one student's process.
        memory_mib: memory beyond what NumPy itself takes.
        reply_kib: the size of what a function may return.
        submission_kib: the size of the file handed in.
    """

    import_seconds: float = 5.0
    call_seconds: float = 5.0
    training_seconds: float = 60.0
    cpu_seconds: int = 120
    memory_mib: int = 512
    reply_kib: int = 4096
    submission_kib: int = 2048
