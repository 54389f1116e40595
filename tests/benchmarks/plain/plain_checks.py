"""NewCross_softmax graded as a course would without grader: asserts, in the student's process.

The same 36 checks, gradient check and training. Each check is a function of the student's work, an
object with the student's names, and perhaps of random numbers. `peers.py` hands this file to three
other graders; nothing of grader is in it.
"""

import functools
import inspect
import zlib

import network
import numpy as np

EPOCHS = 4
HELDOUT = network.DIGITS.with_name("heldout.npz")


def seeded(name):
    """Random numbers that only the check's name decides."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def run(name, student):
    """Run a check by its name."""
    check = globals()[name]
    takes_random_numbers = "rng" in inspect.signature(check).parameters
    check(student, seeded(name)) if takes_random_numbers else check(student)


def array(got, shape):
    """The answer as floats, if it is numbers of that shape."""
    got = np.asarray(got)
    assert got.shape == shape, f"shape {got.shape}, not {shape}"
    assert got.dtype.kind in "iuf", "not numbers"
    return got.astype(float)


def close(got, want, rtol=1e-7, atol=1e-9):
    want = np.asarray(want, dtype=float)
    np.testing.assert_allclose(array(got, want.shape), want, rtol=rtol, atol=atol)


def reference(net):
    powers = np.exp(net - net.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def all_answers(student, nets):
    return np.stack([array(student.softmax(net.copy()), net.shape) for net in nets])


def different(activations):
    assert not np.isfinite(activations).all() or np.ptp(activations) >= 0.01, "all alike"


def no_share(answer, small):
    a = array(answer, small.shape)
    assert np.isfinite(a).all()
    assert np.abs(a[small]).max() <= 1e-6


def likely(rng, count, classes=10):
    a = reference(rng.normal(scale=2.0, size=(count, classes)))
    return list(zip(a, np.eye(classes)[rng.integers(classes, size=count)], strict=True))


def moderate(rng, count, classes=10):
    raw = rng.random((count, classes)) + 0.15
    y = np.eye(classes)[rng.integers(classes, size=count)]
    return list(zip(raw / raw.sum(axis=1, keepdims=True), y, strict=True))


def unchanged(function, *arguments):
    copies = [a.copy() for a in arguments]
    function(*copies)
    assert all(np.array_equal(a, b) for a, b in zip(arguments, copies, strict=True))


# softmax


def test_softmax_answers(student):
    array(student.softmax(np.linspace(-1.0, 3.5, 10)), (10,))


def test_softmax_array(student):
    answer = student.softmax(np.linspace(-1.0, 3.5, 10))
    assert isinstance(answer, np.ndarray)
    assert answer.dtype == np.float64


def test_softmax_example(student):
    net = np.array([1.0, 2.0, 3.0])
    close(student.softmax(net.copy()), np.exp(net) / np.exp(net).sum(), rtol=1e-6)


def test_softmax_sums_to_one(student):
    for net in ([0.0, 0.0], [2.0, -1.0, 0.5], [5.0, 9.0, 11.0, 14.0]):
        assert abs(array(student.softmax(np.array(net)), (len(net),)).sum() - 1.0) <= 1e-6


def test_softmax_values(student, rng):
    for net in rng.normal(scale=3.0, size=(20, 10)):
        close(student.softmax(net.copy()), reference(net), rtol=1e-6)


def test_softmax_range(student, rng):
    a = all_answers(student, rng.normal(scale=5.0, size=(20, 10)))
    assert np.all((a >= 0.0) & (a <= 1.0))


def test_softmax_any_number_of_classes(student, rng):
    for classes in (2, 3, 7, 26, 100):
        net = rng.normal(size=classes)
        close(student.softmax(net.copy()), reference(net), rtol=1e-6)


def test_softmax_shift_invariance(student, rng):
    net = rng.normal(size=10)
    base = array(student.softmax(net.copy()), net.shape)
    different(base)
    for constant in (5.0, -3.0):
        close(student.softmax(net + constant), base, rtol=1e-6)


def test_softmax_permutation(student, rng):
    net, order = rng.normal(size=10), rng.permutation(10)
    straight, mixed = all_answers(student, np.stack([net, net[order]]))
    different(straight)
    close(mixed, straight[order], rtol=1e-6)


def test_softmax_order(student, rng):
    nets = rng.normal(scale=2.0, size=(10, 10))
    for net, a in zip(nets, all_answers(student, nets), strict=True):
        assert np.array_equal(np.argsort(a), np.argsort(net))


def test_softmax_input_not_modified(student, rng):
    unchanged(student.softmax, rng.normal(size=10) + 3.0)


def test_softmax_no_memory(student, rng):
    first, second = rng.normal(size=(2, 10))
    before = array(student.softmax(first.copy()), first.shape).copy()
    between = array(student.softmax(second.copy()), second.shape).copy()
    different(np.stack([before, between]))
    assert np.any(before != between)
    close(student.softmax(first.copy()), before, rtol=0.0, atol=0.0)


def test_softmax_large_nets(student, rng):
    net = rng.normal(size=10)
    base = array(student.softmax(net.copy()), net.shape)
    different(base)
    for size in (800.0, 1000.0, -1000.0, 1e5):
        close(student.softmax(net + size), base, rtol=1e-6)
    large = int(rng.integers(10))
    net[large] += 1000.0
    no_share(student.softmax(net), np.arange(10) != large)


def test_softmax_unequal_nets(student, rng):
    for gap in (600.0, 1000.0):
        net, small = rng.normal(size=10), int(rng.integers(10))
        net[small] -= gap
        no_share(student.softmax(net), np.arange(10) == small)


# loss


def test_loss_answers(student):
    array(student.loss(np.full(10, 0.1), np.eye(10)[3]), ())


def test_loss_example(student):
    a, y = np.array([0.1, 0.7, 0.2]), np.array([0.0, 1.0, 0.0])
    close(student.loss(a, y), -np.log(0.7), 1e-5, 1e-5)


def test_loss_true_class(student):
    a = np.array([0.1, 0.2, 0.3, 0.4])
    for true_class, y in enumerate(np.eye(4)):
        close(student.loss(a.copy(), y), -np.log(a[true_class]), 1e-5, 1e-5)


def test_loss_values(student, rng):
    for classes in (2, 5, 10, 30):
        for a, y in moderate(rng, 5, classes):
            want = -np.log(a[y.argmax()])
            close(student.loss(a, y), want, 1e-5, 1e-4)


def test_loss_natural_logarithm(student):
    a = np.array([np.exp(-1.0), 1.0 - np.exp(-1.0)])
    close(student.loss(a, np.array([1.0, 0.0])), 1.0, 1e-5, 1e-5)


def test_loss_positive(student, rng):
    for a, y in moderate(rng, 10):
        assert array(student.loss(a, y), ()) > 0.0
    y = np.array([1.0, 0.0])
    good, bad = (array(student.loss(np.array(a), y), ()) for a in ([0.9, 0.1], [0.2, 0.8]))
    assert good < bad


def test_loss_exact_zeros(student):
    a, y = np.array([0.0, 0.25, 0.0, 0.75]), np.array([0.0, 1.0, 0.0, 0.0])
    close(student.loss(a, y), -np.log(0.25), 1e-5, 1e-5)
    close(student.loss(np.array([0.0, 1.0]), np.array([0.0, 1.0])), 0.0, atol=1e-5)
    assert array(student.loss(np.array([0.0, 1.0]), np.array([1.0, 0.0])), ()) >= 5.0


def test_loss_input_not_modified(student, rng):
    unchanged(student.loss, *moderate(rng, 1)[0])


# delta


def test_delta_answers(student):
    array(student.delta(np.full(10, 0.1), np.eye(10)[3]), (10,))


def test_delta_example(student):
    a, y = np.array([0.1, 0.7, 0.2]), np.array([0.0, 1.0, 0.0])
    close(student.delta(a.copy(), y.copy()), a - y)


def test_delta_values(student, rng):
    for classes in (2, 5, 10, 30):
        for a, y in likely(rng, 5, classes):
            close(student.delta(a.copy(), y.copy()), a - y)


def test_delta_sign(student, rng):
    for a, y in likely(rng, 10):
        d = array(student.delta(a.copy(), y.copy()), a.shape)
        assert np.array_equal(d < 0.0, y == 1.0)
        assert np.all(d != 0.0)


def test_delta_sums_to_zero(student, rng):
    for a, y in likely(rng, 10):
        d = array(student.delta(a.copy(), y.copy()), a.shape)
        assert np.any(d != 0.0)
        assert abs(d.sum()) <= 1e-6


def test_delta_input_not_modified(student, rng):
    unchanged(student.delta, *likely(rng, 1)[0])


# mean_loss


def test_mean_loss_example(student):
    close(student.mean_loss([0.2, 0.4, 0.9]), 0.5)


def test_mean_loss_any_number(student, rng):
    for count in (1, 2, 7, 1000):
        losses = rng.exponential(size=count).tolist()
        close(student.mean_loss(list(losses)), sum(losses) / count)


# The gradient check


def second_likeliest(net):
    return np.eye(len(net))[np.argsort(net)[-2]]


def by_differences(value_at, x, step=1e-5):
    """The gradient of a scalar function, entry by entry."""
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += step
        below[index] -= step
        gradient[index] = (value_at(above) - value_at(below)) / (2.0 * step)
    return gradient


def loss_at(student, net, y):
    activations = student.softmax(net)
    value = student.loss(array(activations, y.shape), y)
    assert np.asarray(activations).dtype == np.asarray(value).dtype == np.float64
    return float(array(value, ()))


def gradients_agree(analytic, numeric):
    assert all(np.isfinite(n).all() for n in numeric)
    assert max(np.abs(n).max() for n in numeric) >= 0.1
    for a, n in zip(analytic, numeric, strict=True):
        floor = max(1e-3 * np.abs(n).max(), np.finfo(float).tiny)
        size = np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
        assert np.max(np.abs(a - n) / size) <= 1e-4


def test_gradient_delta(student, rng):
    net = rng.normal(size=10)
    y = second_likeliest(net)
    delta = array(student.delta(student.softmax(net.copy()), y.copy()), (10,))
    gradients_agree([delta], [by_differences(lambda n: loss_at(student, n, y), net)])


def test_gradient_every_weight(student, rng):
    inputs, units, classes, scale = 6, 5, 4, 0.7
    x = np.append(rng.random(inputs), 1.0)
    hidden = rng.normal(scale=0.5, size=(units, inputs + 1))
    output = rng.normal(scale=0.5, size=(classes, units + 1))

    def h_of(hidden):
        return network.sigmoid(hidden @ x / scale)

    def net_of(hidden, output):
        return output @ np.append(h_of(hidden), 1.0)

    h, y = h_of(hidden), second_likeliest(net_of(hidden, output))
    delta = array(student.delta(student.softmax(net_of(hidden, output)), y.copy()), (classes,))
    hidden_delta = (output[:, :-1].T @ delta) * h * (1.0 - h) / scale
    analytic = [np.outer(hidden_delta, x), np.outer(delta, np.append(h, 1.0))]
    numeric = [
        by_differences(lambda w: loss_at(student, net_of(w, output), y), hidden),
        by_differences(lambda w: loss_at(student, net_of(hidden, w), y), output),
    ]
    gradients_agree(analytic, numeric)


# Training


@functools.cache
def trained(softmax, loss, delta, mean_loss, rate):
    """Train once with the lesson's loop: its weights, and each epoch's accuracy and warnings."""
    said = []
    with np.errstate(all="ignore"):
        weights = network.train(
            softmax, loss, delta, mean_loss, rate, epochs=EPOCHS, say=said.append
        )
    return weights, said


def training_of(student):
    names = ("softmax", "loss", "delta", "mean_loss", "OUTPUT_LEARNING_RATE")
    return trained(*(inspect.getattr_static(student, name) for name in names))


def accuracy(said):
    """The last epoch's, in per cent."""
    return [float(line.split()[-1].rstrip("%")) for line in said if "accuracy" in line][-1]


def test_training_rate(student):
    assert 0.0 < student.OUTPUT_LEARNING_RATE < 10.0


def test_training_stable(student):
    _, said = training_of(student)
    assert not [line for line in said if "too large" in line]
    assert accuracy(said) >= 50.0


def test_training_converges(student):
    _, said = training_of(student)
    assert accuracy(said) >= 94.0


def test_training_heldout(student):
    (hidden, output), said = training_of(student)
    assert accuracy(said) >= 94.0
    images, labels = network.load_digits(HELDOUT)
    ones = np.ones((len(images), 1))
    h = network.sigmoid(np.hstack([images, ones]) @ hidden.T / network.HIDDEN_SCALE)
    nets = np.hstack([h, ones]) @ output.T
    assert np.mean(nets.argmax(axis=1) == labels) >= 0.89
