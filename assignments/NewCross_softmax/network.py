"""The lesson's network, its training loop and its gradient monitor. Given: nothing to fill in.

784 pixels -> 30 sigmoid units -> 10 softmax units, trained one digit at a time. The four
functions and the learning rate that make the output layer learn come from your file,
NewCross_softmax.py, and are passed to `train`.

Every unit has a bias: a weight on one extra input that is always 1.
"""

from pathlib import Path

import numpy as np

PIXELS, HIDDEN_UNITS, CLASSES = 28 * 28, 30, 10

# The hidden nets are sums of up to 785 terms. Divided by this they stay where the sigmoid
# is steep. The output nets are not scaled: that is what the lesson's task two is about.
HIDDEN_SCALE = (PIXELS + 1) / 10
HIDDEN_LEARNING_RATE = 10.0

TOO_LARGE = 1.0
TOO_SMALL = 1e-7

DIGITS = Path(__file__).with_name("digits.npz")


def load_digits(path=DIGITS):
    """Load the digits: images, float64 (n, 784) with pixels in [0, 1], and labels, int (n,)."""
    with np.load(path) as digits:
        return digits["images"] / 255.0, digits["labels"].astype(int)


def start_weights(seed=0):
    """Draw the first weights, uniform in [0, 1): hidden (30, 785) and output (10, 31)."""
    rng = np.random.default_rng(seed)
    hidden = rng.random((HIDDEN_UNITS, PIXELS + 1))
    output = rng.random((CLASSES, HIDDEN_UNITS + 1))
    return hidden, output


def one_hot(label):
    """Turn the digit 3 into [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]: float64 (10,)."""
    y = np.zeros(CLASSES)
    y[label] = 1.0
    return y


def sigmoid(x):
    """Squash x, of any shape, into (0, 1)."""
    return 1.0 / (1.0 + np.exp(-x))


def with_bias(x):
    """Append the bias unit's constant 1 to the vector x."""
    return np.append(x, 1.0)


class UpdateMonitor:
    """Counts the samples whose update of the output weights is suspicious.

    An update is rate * gradient, one entry per output weight. It is *too large* when an
    entry's magnitude exceeds 1 or is not finite: the step jumps over the valley. It is *too
    small* when an entry is not zero but below 1e-7: that weight has all but stopped learning.
    """

    def __init__(self):
        self.too_large = 0
        self.too_small = 0

    def watch(self, update):
        """Look at one sample's update of the output weights, (10, 31)."""
        size = np.abs(update)
        self.too_large += bool(np.any(~np.isfinite(size) | (size > TOO_LARGE)))
        self.too_small += bool(np.any((size > 0) & (size < TOO_SMALL)))

    def warnings(self, samples):
        """Say what was seen in an epoch of so many samples: a list of lines."""
        counts = {"large": self.too_large, "small": self.too_small}
        return [
            f"warning: output layer's gradient too {size} in {count} of {samples} updates"
            for size, count in counts.items()
            if count
        ]


def train(softmax, loss, delta, mean_loss, output_rate, *, epochs=4, seed=0, say=print):
    """Train on the digits and say each epoch's mean loss, accuracy and warnings.

    Accuracy is counted while training: each digit is judged just before it is learned from.

    The backward pass is the lesson's: the hidden layer's gradient uses the sigmoid's
    derivative at the scaled net and leaves out the factor 1 / HIDDEN_SCALE, which is why
    HIDDEN_LEARNING_RATE is as large as 10. (An exact gradient needs that factor. The gradient
    check compares with a numeric derivative, so there it is put back.)

    Returns the trained weights, hidden (30, 785) and output (10, 31).
    """
    images, labels = load_digits()
    hidden, output = start_weights(seed)
    for epoch in range(1, epochs + 1):
        losses, right, monitor = [], 0, UpdateMonitor()
        for pixels, label in zip(images, labels, strict=True):
            # Forward: pixels -> hidden activations -> output nets -> output activations.
            x = with_bias(pixels)
            hidden_out = sigmoid(hidden @ x / HIDDEN_SCALE)
            h = with_bias(hidden_out)
            a = softmax(output @ h)

            y = one_hot(label)
            losses.append(loss(a, y))
            right += int(np.argmax(a) == label)

            # Backward: the output error, carried back through the old output weights.
            output_delta = delta(a, y)
            carried = output[:, :-1].T @ output_delta
            hidden_delta = carried * hidden_out * (1.0 - hidden_out)

            update = output_rate * np.outer(output_delta, h)
            monitor.watch(update)
            output -= update
            hidden -= HIDDEN_LEARNING_RATE * np.outer(hidden_delta, x)

        accuracy = right / len(images)
        say(f"epoch {epoch}: mean loss {mean_loss(losses):.4f}, accuracy {accuracy:.1%}")
        for line in monitor.warnings(len(images)):
            say("    " + line)
    return hidden, output
