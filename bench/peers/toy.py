"""W1: the toy network of VCT's notebook with SiLU, in eager PyTorch; with --variational also its encoder."""
import math
import sys

import torch
from torch import nn
from torch.nn.functional import silu

from consistency import run


class Toy(nn.Module):
    def __init__(self, out=2):
        super().__init__()
        self.In = nn.Linear(2, 256)
        self.First = nn.Linear(512, 256)
        self.Second = nn.Linear(256, 256)
        self.Out = nn.Linear(256, out)

    def forward(self, x, level):
        freqs = torch.exp(-math.log(10_000) / 128 * torch.arange(128, dtype=torch.float32, device=x.device))
        angle = level[:, None] * freqs
        joined = torch.cat([silu(self.In(x)), angle.cos(), angle.sin()], 1)
        return self.Out(silu(self.Second(silu(self.First(joined)))))


if __name__ == "__main__":
    points = torch.randn(64, 256, 2)
    recipe = dict(c=0, decay=0.9999, rate=1e-4)
    if "--variational" in sys.argv:
        import variational

        sys.argv.remove("--variational")
        variational.run_with(Toy, lambda: variational.Encoder(Toy(out=4)), lambda step: points[step % 64], **recipe)
    else:
        run(Toy, lambda step: points[step % 64], names=lambda name: name, **recipe)
