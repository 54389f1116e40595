"""Chinese names and comments."""

import numpy as np

极小 = 1e-12


def loss(a, y):
    # 标签为 1 时看 a，标签为 0 时看 1 - a
    输出, 标签 = np.clip(a, 极小, 1 - 极小), np.asarray(y)
    每个人 = -(标签 * np.log(输出) + (1 - 标签) * np.log(1 - 输出))
    return 每个人.sum() / 每个人.shape[0]


def delta(a, y):
    误差 = a - y
    return 误差
