"""A network and a training loop of its own under main, with settings in capitals."""

import numpy as np

CLASSES = 10
EPOCHS = 4
HIDDEN_LEARNING_RATE = 10.0
OUTPUT_LEARNING_RATE = 0.1
SMALLEST = 1e-12


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.sum(y * np.log(np.clip(a, SMALLEST, 1.0)))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)


class Network:
    def __init__(self, inputs, units, seed=0):
        rng = np.random.default_rng(seed)
        self.hidden = rng.random((units, inputs + 1))
        self.output = rng.random((CLASSES, units + 1))
        self.scale = (inputs + 1) / 10

    def learn(self, x, y):
        h = 1.0 / (1.0 + np.exp(-(self.hidden @ x) / self.scale))
        with_bias = np.append(h, 1.0)
        a = softmax(self.output @ with_bias)
        error = delta(a, y)
        carried = (self.output[:, :-1].T @ error) * h * (1.0 - h)
        self.output -= OUTPUT_LEARNING_RATE * np.outer(error, with_bias)
        self.hidden -= HIDDEN_LEARNING_RATE * np.outer(carried, x)
        return a


def main():
    with np.load("digits.npz") as digits:
        images, labels = digits["images"] / 255.0, digits["labels"]
    network = Network(images.shape[1], 30)
    for epoch in range(EPOCHS):
        losses, right = [], 0
        for image, label in zip(images, labels):
            y = np.eye(CLASSES)[label]
            a = network.learn(np.append(image, 1.0), y)
            losses.append(loss(a, y))
            right += int(np.argmax(a) == label)
        print(f"{epoch + 1}: {mean_loss(losses):.4f} {right / len(labels):.2%}")


if __name__ == "__main__":
    main()
