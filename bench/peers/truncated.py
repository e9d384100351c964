"""W5: W2 as TCM's second stage from t' = 1 on (Lee et al. 2025): below it the target is that of a frozen first stage, a quarter of the batch is trained at t'."""
import math

import torch

from consistency import column, denoise, run
from unet import UNet, images

START, SHARE, WEIGHT, WIDTH, FREEDOM = 1.0, 0.25, 0.1, 0.2 * math.sqrt(0.01), 0.01
HIGH = math.asinh(math.log(80) / WIDTH)


def times(count):
    """ln t by Student's t with scale 0.2 and 0.01 degrees of freedom, between 1 and 80."""
    drawn = torch.empty(0, dtype=torch.float64)
    while drawn.shape[0] < count:
        u = HIGH * torch.rand(count, dtype=torch.float64)
        drawn = torch.cat([drawn, u[torch.rand(count, dtype=torch.float64) < u.cosh() ** -FREEDOM]])
    return (WIDTH * drawn[:count].sinh()).exp()


def gap(t):
    return t * 0.001 * (1 + 8 * torch.sigmoid(-t))


def truncated_losses(net, first, data, noise, t, r, c):
    """Both networks of the target see the whole batch, as in the reference."""
    state = torch.get_rng_state()
    output = denoise(net, data + column(t, data) * noise, t)
    with torch.no_grad():
        noisy = data + column(r, data) * noise
        torch.set_rng_state(state)
        late = denoise(net, noisy, r)
        torch.set_rng_state(state)
        target = torch.where(column(r >= START, data), late, denoise(first, noisy, r))
    return ((output - target).flatten(1).square().sum(1) + c * c).sqrt().sub(c) / (t - r)


def mean(losses):
    boundary = int(SHARE * losses.shape[0])
    return losses[boundary:].mean() + WEIGHT * losses[:boundary].mean()


def mean_loss(net, beside, first, data, c):
    t = times(data.shape[0])
    t[: int(SHARE * data.shape[0])] = START
    r = t - gap(t)
    return mean(truncated_losses(net, first, data, torch.randn_like(data), t.float(), r.float(), c))


def checked(net, beside, first, given, c):
    return mean(truncated_losses(net, first, given["in/x"], given["in/z"], given["in/t"], given["in/r"], c))


run(UNet, images, c=1e-8, decay=0.9999, rate=5e-5, names=lambda name: name.removeprefix("Model."), mean_loss=mean_loss, checked=checked, frozen=True)
