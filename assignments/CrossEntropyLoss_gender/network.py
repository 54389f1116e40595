"""The lesson's network, its training loop and two questions. Given: nothing to fill in.

2 numbers about a person -> 2 sigmoid units -> 1 sigmoid unit, trained one person at a time.
The two functions that make it learn come from your file, CrossEntropyLoss_gender.py, and are
passed to `train`.

Every unit has a bias: a weight on one extra input that is always 1.
"""

import numpy as np

# Each person is (weight in kg, height in cm), each label 1 for a woman and 0 for a man.
PEOPLE = np.array([[50.0, 150.0], [51.0, 149.0], [60.0, 172.0], [90.0, 188.0]])
LABELS = np.array([1.0, 1.0, 0.0, 0.0])
QUESTIONS = np.array([[89.0, 190.0], [60.0, 155.0]])

# Subtracted from every person, so that the numbers lie on both sides of 0: 62 kg, 164 cm.
CENTRE = np.floor(PEOPLE.mean(axis=0))

HIDDEN_UNITS = 2
LEARNING_RATE = 0.1
EPOCHS = 1000


def start_weights(seed=0):
    """Draw the first weights, uniform in [0, 1): hidden (2, 3) and output (3,)."""
    rng = np.random.default_rng(seed)
    hidden = rng.random((HIDDEN_UNITS, len(CENTRE) + 1))
    output = rng.random(HIDDEN_UNITS + 1)
    return hidden, output


def sigmoid(x):
    """Squash x, of any shape, into (0, 1)."""
    return 1.0 / (1.0 + np.exp(-x))


def with_bias(x):
    """Append the bias unit's constant 1 to the vector x."""
    return np.append(x, 1.0)


def forward(hidden, output, person):
    """Go from a person to the network's output.

    Returns the hidden activations, (2,), and the output a, a number between 0 and 1.
    """
    x = with_bias(person - CENTRE)
    hidden_out = sigmoid(hidden @ x)
    a = sigmoid(output @ with_bias(hidden_out))
    return hidden_out, a


def backward(output, person, hidden_out, output_delta):
    """Carry the output error back to every weight.

    Returns the gradients of the weights: hidden (2, 3) and output (3,).
    """
    # Each hidden unit answers for its share of the output error: the weight it went through.
    hidden_delta = output_delta * output[:-1] * hidden_out * (1.0 - hidden_out)
    hidden_gradient = np.outer(hidden_delta, with_bias(person - CENTRE))
    output_gradient = output_delta * with_bias(hidden_out)
    return hidden_gradient, output_gradient


def train(loss, delta, *, epochs=EPOCHS, seed=0, say=print):
    """Train on the four people, say the mean loss every 10 epochs, and ask the two questions.

    Each person's output is computed just before the network learns from that person.

    Returns the trained weights, hidden (2, 3) and output (3,).
    """
    hidden, output = start_weights(seed)
    for epoch in range(1, epochs + 1):
        outputs = []
        for person, y in zip(PEOPLE, LABELS, strict=True):
            hidden_out, a = forward(hidden, output, person)
            outputs.append(a)
            gradients = backward(output, person, hidden_out, delta(a, y))
            hidden -= LEARNING_RATE * gradients[0]
            output -= LEARNING_RATE * gradients[1]
        if epoch % 10 == 0:
            say(f"epoch {epoch}: mean loss {loss(np.array(outputs), LABELS):.4f}")
    ask(hidden, output, say)
    return hidden, output


def ask(hidden, output, say=print):
    """Ask the trained network about people whom it has never seen."""
    for person in QUESTIONS:
        _, a = forward(hidden, output, person)
        answer = "female" if a > 0.5 else "male"
        say(f"{person[0]:g} kg, {person[1]:g} cm: output {a:.4f}, {answer}")
