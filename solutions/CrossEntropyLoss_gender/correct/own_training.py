"""A network and a training loop of its own under main."""

import numpy as np

PEOPLE = [(50, 150, 1), (51, 149, 1), (60, 172, 0), (90, 188, 0)]
RATE = 0.1


def loss(a, y):
    a = np.clip(np.array(a, dtype=float), 1e-15, 1 - 1e-15)
    y = np.array(y, dtype=float)
    return np.mean(np.where(y == 1, -np.log(a), -np.log(1 - a)))


def delta(a, y):
    return a - y


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def main():
    rng = np.random.default_rng(1)
    hidden, output = rng.random((2, 3)), rng.random(3)
    for epoch in range(1, 1001):
        outputs, labels = [], []
        for weight, height, label in PEOPLE:
            x = np.array([weight - 62.0, height - 164.0, 1.0])
            h = sigmoid(hidden @ x)
            a = sigmoid(output @ np.append(h, 1.0))
            error = delta(a, label)
            hidden -= RATE * np.outer(error * output[:2] * h * (1 - h), x)
            output -= RATE * error * np.append(h, 1.0)
            outputs.append(a)
            labels.append(label)
        if epoch % 10 == 0:
            print(epoch, loss(outputs, labels))


if __name__ == "__main__":
    main()
