"""The step of samples/Moons in eager PyTorch."""
import math

import torch
from torch import nn

from consistency import run


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear1 = nn.Linear(width, width)

    def forward(self, x):
        return x + self.linear1(nn.functional.silu(x))


class MoonsDenoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("freqs", torch.randn(32))
        self.level = nn.Linear(64, 128)
        self.into = nn.Linear(2, 128)
        self.body = nn.Sequential(*(Residual(128) for _ in range(3)))
        self.out = nn.Linear(128, 2)

    def forward(self, x, level):
        angle = level[:, None] * (2 * math.pi * self.freqs)
        wave = torch.cat([angle.cos(), angle.sin()], 1)
        return self.out(self.body(self.into(x) + self.level(wave)))


def name(ours):
    first, *rest = ours.split(".")
    return "freqs" if first == "TimeEmbedding" else ".".join([{"In": "into"}.get(first, first.lower()), *(part.lower() for part in rest)])


points = torch.randn(64, 256, 2)
run(MoonsDenoiser, lambda step: points[step % 64], c=0.01, decay=0.999, rate=3e-4, names=name)
