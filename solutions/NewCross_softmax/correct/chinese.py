"""中文的变量名与注释。"""

import numpy as np

学习率 = 0.1
OUTPUT_LEARNING_RATE = 学习率
极小值 = 1e-12


def softmax(net):
    # 减去最大值，防止溢出
    幂 = np.exp(net - np.max(net))
    return 幂 / np.sum(幂)


def loss(a, y):
    # 交叉熵：只有真实类别的那一项不为零
    return -np.sum(y * np.log(a + 极小值))


def delta(a, y):
    误差 = a - y
    return 误差


def mean_loss(losses):
    总和 = 0
    for 损失 in losses:
        总和 += 损失
    return 总和 / len(losses)
