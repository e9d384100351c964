"""W4: W2 with iCT's times at step 50,000 of 100,000 and GC at 0.5, whose data end the averaged model makes of the lower noisy point (Issenhuth et al. 2025)."""
import math

import torch

from consistency import column, denoise, run
from unet import UNet, images

LEAST, MOST, RHO, CUTS = 0.002, 80.0, 7, 160
GRID = (LEAST ** (1 / RHO) + torch.arange(CUTS + 1, dtype=torch.float64) / CUTS * (MOST ** (1 / RHO) - LEAST ** (1 / RHO))) ** RHO
WAVE = torch.erf((GRID.log() + 1.1) / (math.sqrt(2) * 2.0))
SHARES = WAVE[1:] - WAVE[:-1]


def coupled_losses(net, average, data, noise, t, r, mix, c):
    """The predictor sees the whole batch, as in the reference."""
    with torch.no_grad():
        made = denoise(average, data + column(r, data) * noise, r, LEAST)
        data = torch.where(column(mix, data), made, data)
    state = torch.get_rng_state()
    output = denoise(net, data + column(t, data) * noise, t, LEAST)
    with torch.no_grad():
        torch.set_rng_state(state)
        target = denoise(net, data + column(r, data) * noise, r, LEAST)
    return ((output - target).flatten(1).square().sum(1) + c * c).sqrt().sub(c) / (t - r)


def mean_loss(net, beside, average, data, c):
    index = torch.multinomial(SHARES, data.shape[0], replacement=True)
    t, r = GRID[index + 1].float(), GRID[index].float()
    return coupled_losses(net, average, data, torch.randn_like(data), t, r, torch.rand(data.shape[0]) < 0.5, c).mean()


def checked(net, beside, average, given, c):
    mix = torch.arange(given["in/x"].shape[0]) % 2 == 0
    return coupled_losses(net, average, given["in/x"], given["in/z"], given["in/t"], given["in/r"], mix, c)


run(UNet, images, c=0.02993, decay=0.9999, rate=1e-4, names=lambda name: name.removeprefix("Model."), mean_loss=mean_loss, checked=checked)
