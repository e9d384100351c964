"""W2 and W6: a small DDPM++ (Song et al. 2021, Karras et al. 2022) in eager PyTorch, wired as its reference wires it."""
import math

import torch
from torch import nn
from torch.nn import functional
from torch.nn.functional import silu

from consistency import run

SKIP = math.sqrt(0.5)


class Resample(nn.Module):
    """A convolution after the image has been doubled or halved by grouped convolutions with the filter 1, 1."""

    def __init__(self, into, out, kernel, up=False, down=False):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out, into, kernel, kernel).uniform_(-1, 1) * math.sqrt(6 / ((into + out) * kernel**2)))
        self.bias = nn.Parameter(torch.zeros(out))
        self.up, self.down = up, down
        self.register_buffer("filter", torch.full((1, 1, 2, 2), 0.25), persistent=False)

    def forward(self, x):
        channels = x.shape[1]
        if self.up:
            x = functional.conv_transpose2d(x, (4 * self.filter).tile(channels, 1, 1, 1), stride=2, groups=channels)
        if self.down:
            x = functional.conv2d(x, self.filter.tile(channels, 1, 1, 1), stride=2, groups=channels)
        return functional.conv2d(x, self.weight, padding=self.weight.shape[-1] // 2).add_(self.bias.reshape(1, -1, 1, 1))


def norm(channels):
    return nn.GroupNorm(min(32, channels // 4), channels, eps=1e-6)


class Block(nn.Module):
    def __init__(self, into, out, width, dropout, up=False, down=False, attends=False):
        super().__init__()
        self.dropout, self.attends = dropout, attends
        self.norm0 = norm(into)
        self.conv0 = Resample(into, out, 3, up, down)
        self.affine = nn.Linear(width, out)
        self.norm1 = norm(out)
        self.conv1 = Resample(out, out, 3)
        if into != out or up or down:
            self.skip = Resample(into, out, 1, up, down)
        if attends:
            self.norm2 = norm(out)
            self.qkv = Resample(out, 3 * out, 1)
            self.proj = Resample(out, out, 1)

    def forward(self, x, embedding):
        turned = self.conv0(silu(self.norm0(x)))
        turned = silu(self.norm1(turned.add_(self.affine(embedding)[:, :, None, None])))
        turned = self.conv1(functional.dropout(turned, self.dropout, self.training))
        x = turned.add_(self.skip(x) if hasattr(self, "skip") else x) * SKIP
        if self.attends:
            q, k, v = self.qkv(self.norm2(x)).reshape(x.shape[0], x.shape[1], 3, -1).unbind(2)
            weights = torch.einsum("ncq,nck->nqk", q, k / math.sqrt(k.shape[1])).softmax(2)
            x = self.proj(torch.einsum("nqk,nck->ncq", weights, v).reshape(x.shape)).add_(x) * SKIP
        return x


class UNet(nn.Module):
    def __init__(self, resolution=32, channels=3, width=32, multipliers=(1, 2, 2), blocks=2, attention=(16,), dropout=0.2, out=None):
        super().__init__()
        self.width, wide = width, 4 * width
        self.map_layer0 = nn.Linear(width, wide)
        self.map_layer1 = nn.Linear(wide, wide)
        self.enc, self.dec = nn.ModuleDict(), nn.ModuleDict()
        skips, current = [], width
        for level, multiplier in enumerate(multipliers):
            side = resolution >> level
            if level == 0:
                self.enc[f"{side}x{side}_conv"] = Resample(channels, width, 3)
            else:
                self.enc[f"{side}x{side}_down"] = Block(current, current, wide, dropout, down=True)
            skips.append(current)
            for block in range(blocks):
                self.enc[f"{side}x{side}_block{block}"] = Block(current, width * multiplier, wide, dropout, attends=side in attention)
                current = width * multiplier
                skips.append(current)
        for level, multiplier in reversed(list(enumerate(multipliers))):
            side = resolution >> level
            if level == len(multipliers) - 1:
                self.dec[f"{side}x{side}_in0"] = Block(current, current, wide, dropout, attends=True)
                self.dec[f"{side}x{side}_in1"] = Block(current, current, wide, dropout)
            else:
                self.dec[f"{side}x{side}_up"] = Block(current, current, wide, dropout, up=True)
            for block in range(blocks + 1):
                self.dec[f"{side}x{side}_block{block}"] = Block(current + skips.pop(), width * multiplier, wide, dropout, attends=block == blocks and side in attention)
                current = width * multiplier
        self.dec[f"{resolution}x{resolution}_aux_norm"] = norm(current)
        self.dec[f"{resolution}x{resolution}_aux_conv"] = Resample(current, out or channels, 3)

    def forward(self, x, level):
        half = self.width // 2
        freqs = 10_000 ** -(torch.arange(half, dtype=torch.float32, device=x.device) / (half - 1))
        angle = level[:, None] * freqs
        embedding = silu(self.map_layer1(silu(self.map_layer0(torch.cat([angle.sin(), angle.cos()], 1)))))
        skips = []
        for block in self.enc.values():
            x = block(x, embedding) if isinstance(block, Block) else block(x)
            skips.append(x)
        for name, block in self.dec.items():
            if name.endswith("aux_norm"):
                x = silu(block(x))
            elif name.endswith("aux_conv"):
                x = block(x)
            else:
                x = block(torch.cat([x, skips.pop()], 1) if "_block" in name else x, embedding)
        return x


def images(step, batch=torch.rand(16, 16, 3, 32, 32) * 2 - 1):
    return batch[step % 16]


if __name__ == "__main__":
    run(UNet, images, c=0, decay=0.9999, rate=1e-4, names=lambda name: name.removeprefix("Model."))
