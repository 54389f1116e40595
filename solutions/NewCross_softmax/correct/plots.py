"""matplotlib: the softmax of a few nets is plotted at the top level, the losses under main."""

import matplotlib.pyplot as plt
import numpy as np

OUTPUT_LEARNING_RATE = 0.1
history = []


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.sum(np.where(y > 0, np.log(np.where(y > 0, a + 1e-15, 1.0)), 0.0))


def delta(a, y):
    return a - y


def mean_loss(losses):
    mean = np.mean(losses)
    history.append(mean)
    return mean


figure, axes = plt.subplots(figsize=(6, 4))
axes.bar(range(3), softmax(np.array([1.0, 2.0, 3.0])))
axes.set_title("softmax of [1, 2, 3]")
plt.savefig("softmax.png")

if __name__ == "__main__":
    import network

    network.train(softmax, loss, delta, mean_loss, OUTPUT_LEARNING_RATE)
    plt.figure()
    plt.plot(history, marker="o")
    plt.xlabel("epoch")
    plt.ylabel("mean loss")
    plt.show()
