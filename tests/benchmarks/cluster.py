"""`grader batch --scheduler` with Dask's workers on this machine, beside `grader batch` alone."""

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.handed_in import hand_in, shorten
from tests.benchmarks.plan import Plan
from tests.benchmarks.spent import spent
from tests.benchmarks.table import Found, Left, Row, alternate, cores


def measure(plan: Plan) -> Iterator[Found]:
    """Grade one class both ways, with as many workers."""
    count = min(2, cores())
    what = f"`--scheduler` with {count} workers, submissions a minute"
    if importlib.util.find_spec("distributed") is None:
        yield Left(what, "Dask is not installed: pip install 'grader[cluster]'")
        return
    from distributed import Client

    from tests.test_cluster import Cluster

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        course = shorten(folder / "course")
        hand_in(folder / "class", plan.scales[0])
        outs = (folder / f"out-{number}" for number in range(10**6))
        cluster = Cluster(folder)

        def a_minute(*options: object) -> float:
            words = ("batch", folder / "class", "--out", next(outs), "--course", course)
            took = spent(sys.executable, "-m", "grader", *words, *options).wall
            return 60 * plan.scales[0] / took

        try:
            for _ in range(count):
                cluster.work()
            with Client(cluster.address, set_as_default=False) as client:
                client.wait_for_workers(count, timeout=60)
            ways: dict[str, Callable[[], float]] = {
                "cluster": lambda: a_minute("--scheduler", cluster.address),
                "local": lambda: a_minute("--jobs", count),
            }
            found = alternate(ways, plan.rounds)
        finally:
            cluster.close()
    yield Row(what, f"`--jobs {count}`", "", found["cluster"], found["local"])
