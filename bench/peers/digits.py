"""The step of samples/Digits in eager PyTorch."""
import math
import re

import torch
from torch import nn
from torch.nn.functional import interpolate, silu

from consistency import run


class ResidualBlock(nn.Module):
    def __init__(self, into, out, time):
        super().__init__()
        self.norm1 = nn.GroupNorm(8, into)
        self.conv1 = nn.Conv2d(into, out, 3, padding=1)
        self.level = nn.Linear(time, out)
        self.norm2 = nn.GroupNorm(8, out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.short = nn.Conv2d(into, out, 1)

    def forward(self, x, time):
        turned = self.conv1(silu(self.norm1(x))) + self.level(time)[:, :, None, None]
        return self.conv2(silu(self.norm2(turned))) + self.short(x)


class DigitsDenoiser(nn.Module):
    def __init__(self, c=16, t=64):
        super().__init__()
        self.level = nn.Linear(64, t)
        self.stem = nn.Conv2d(1, c, 3, padding=1)
        self.fine = ResidualBlock(c, c, t)
        self.down1 = nn.Conv2d(c, 2 * c, 3, stride=2, padding=1)
        self.middle = ResidualBlock(2 * c, 2 * c, t)
        self.down2 = nn.Conv2d(2 * c, 4 * c, 3, stride=2, padding=1)
        self.coarse = nn.ModuleList(ResidualBlock(4 * c, 4 * c, t) for _ in range(2))
        self.middle_up = ResidualBlock(6 * c, 2 * c, t)
        self.fine_up = ResidualBlock(3 * c, c, t)
        self.norm1 = nn.GroupNorm(8, c)
        self.head = nn.Conv2d(c, 1, 3, padding=1)

    def forward(self, x, level):
        freqs = torch.exp(-math.log(10_000) / 32 * torch.arange(32, dtype=torch.float32))
        angle = level[:, None] * freqs
        time = silu(self.level(torch.cat([angle.cos(), angle.sin()], 1)))
        fine = self.fine(self.stem(x), time)
        middle = self.middle(self.down1(fine), time)
        coarse = self.down2(middle)
        for block in self.coarse:
            coarse = block(coarse, time)
        up = self.middle_up(torch.cat([interpolate(coarse, scale_factor=2), middle], 1), time)
        up = self.fine_up(torch.cat([interpolate(up, scale_factor=2), fine], 1), time)
        return self.head(silu(self.norm1(up)))


def name(ours):
    return re.sub("(?<=[a-z])([A-Z])", r"_\1", ours).lower()


images = torch.rand(16, 64, 1, 28, 28) * 2 - 1
run(DigitsDenoiser, lambda step: images[step % 16], c=0.015, decay=0.995, rate=1e-3, names=name)
