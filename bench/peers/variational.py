"""W3 and W1-VCT: W2 and W1 with VCT's encoder (github.com/sony/vct), ECM's loss, KL 10, gradients clipped at 200."""
import torch
from torch import nn
from torch.nn.functional import softplus

from consistency import earlier, losses, run
from unet import UNet, images

KL = 10 * 2 / 80  # times the weight 1/(t - r) at t = 80 in the first stage


class Encoder(nn.Module):
    """A network without levels, whose output is the mean and, before the softplus, the deviation."""

    def __init__(self, model):
        super().__init__()
        self.Model = model

    def forward(self, x):
        mean, rest = self.Model(2 * x, torch.zeros(x.shape[0])).chunk(2, 1)
        return mean, softplus(rest)


def coupled(encoder, data, noise):
    mean, deviation = encoder(data)
    s = deviation + 1e-8
    return mean + deviation * noise, KL * (0.5 * (mean.square() + s.square() - 1) - s.log()).flatten(1).sum(1)


def mean_loss(net, encoder, average, data, c):
    noise, penalty = coupled(encoder, data, torch.randn_like(data))
    t = (torch.randn(data.shape[0]) * 2.0 - 1.1).exp()
    return (losses(net, data, noise, t, earlier(t, 0), c) + penalty).mean()


def checked(net, encoder, average, given, c):
    noise, penalty = coupled(encoder, given["in/x"], given["in/z"])
    return losses(net, given["in/x"], noise, given["in/t"], given["in/r"], c) + penalty


def run_with(net, encoder, batch, **recipe):
    run(net, batch, beside=encoder, names=name, mean_loss=mean_loss, checked=checked, clip=200, **recipe)


def name(ours):
    return "beside.Model." + ours.removeprefix("Encode.").removeprefix("Model.") if ours.startswith("Encode.") else ours.removeprefix("Model.")


if __name__ == "__main__":
    run_with(UNet, lambda: Encoder(UNet(blocks=1, out=6)), images, c=0, decay=0.9999, rate=1e-4)
