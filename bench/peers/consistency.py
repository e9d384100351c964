"""One training step of ECT (Geng et al. 2024) in eager PyTorch, as its reference does it, and the loop that times it."""
import argparse
import json
import math
import resource
import sys
import time

import torch

SIGMA_DATA = 0.5


def earlier(t, stage):
    return (t - t * 2.0 ** -(stage + 1) * (1 + 8 * torch.sigmoid(-t))).clamp(min=0)


def column(v, x):
    return v.reshape(-1, *([1] * (x.ndim - 1)))


def denoise(net, x, t):
    """EDM's plain preconditioning (Karras et al. 2022, table 1)."""
    s = column(t, x)
    keep = SIGMA_DATA**2 / (s**2 + SIGMA_DATA**2)
    give = s * SIGMA_DATA / (s**2 + SIGMA_DATA**2).sqrt()
    feed = 1 / (s**2 + SIGMA_DATA**2).sqrt()
    return keep * x + give * net(feed * x, t.log() / 4)


def losses(net, data, noise, t, r, c):
    output = denoise(net, data + column(t, data) * noise, t)
    with torch.no_grad():
        target = denoise(net, data + column(r, data) * noise, r) if (r > 0).any() else data
        target = torch.where(column(r > 0, data), target.nan_to_num(), data)
    squared = (output - target).flatten(1).square().sum(1)
    return ((squared + c * c).sqrt() - c) / (t - r)


def run(net, batch, c, decay, rate):
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--warmup", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    net = net()
    average = [p.detach().clone() for p in net.parameters()]
    optimizer = torch.optim.RAdam(net.parameters(), lr=rate)
    seconds = []
    for step in range(options.warmup + options.steps):
        data = batch(step)
        start = time.perf_counter()
        t = (torch.randn(data.shape[0]) * 2.0 - 1.1).exp()
        loss = losses(net, data, torch.randn_like(data), t, earlier(t, 0), c).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for mean, parameter in zip(average, net.parameters()):
                mean.lerp_(parameter, 1 - decay)
        loss.item()
        seconds.append(time.perf_counter() - start)
    seconds = sorted(seconds[options.warmup :])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dump({"seconds": seconds[len(seconds) // 2], "peak_mib": (peak - imported) / 1024, "loss": loss.item(), "parameters": sum(p.numel() for p in net.parameters())}, sys.stdout)
    print()
