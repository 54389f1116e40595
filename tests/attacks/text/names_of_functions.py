"""Has functions whose code has the names and files of others in tracebacks."""
# holds: loses loss


def loss(a, y):
    raise ValueError("here")


loss.__code__ = loss.__code__.replace(
    co_name="<script>alert(1)</script>\x1b[2J", co_filename="<submission 0>", co_firstlineno=10**6
)
