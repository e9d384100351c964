"""One training step of ECT (Geng et al. 2024) in eager PyTorch, as its reference does it, and the loops that time and check it."""
import argparse
import json
import resource
import struct
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
    """The teacher sees the student's dropout masks."""
    state = torch.get_rng_state()
    output = denoise(net, data + column(t, data) * noise, t)
    with torch.no_grad():
        torch.set_rng_state(state)
        target = denoise(net, data + column(r, data) * noise, r) if (r > 0).any() else data
        target = torch.where(column(r > 0, data), target.nan_to_num(), data)
    squared = (output - target).flatten(1).square().sum(1)
    return ((squared + c * c).sqrt() - c) / (t - r)


@torch.no_grad()
def sample(net, noise, times):
    x = denoise(net, 80 * noise, torch.full((noise.shape[0],), 80.0))
    for t in times:
        x = denoise(net, x + t * noise, torch.full((noise.shape[0],), t))
    return x


def read(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    return {name: torch.frombuffer(bytearray(data[slice(*entry["data_offsets"])]), dtype=torch.float32).reshape(entry["shape"]) for name, entry in header.items()}


def run(net, batch, c, decay, rate, names):
    """names: our name of a parameter to the peer's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int)
    parser.add_argument("--warmup", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--check")
    parser.add_argument("--sample", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    times = [0.821][: max(0, options.sample - 1)]
    if options.check:
        return check(net().eval(), read(options.check), c, names, options.sample, times)

    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    net = net()
    if options.sample:
        net.eval()
    average = [p.detach().clone() for p in net.parameters()]
    optimizer = torch.optim.RAdam(net.parameters(), lr=rate)
    seconds = []
    noise = torch.randn(64, *batch(0).shape[1:])
    for step in range(options.warmup + options.steps):
        data = batch(step)
        start = time.perf_counter()
        if options.sample:
            sample(net, noise, times)
            seconds.append(time.perf_counter() - start)
            continue
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
    json.dump({"seconds": seconds[len(seconds) // 2], "peak_mib": (peak - imported) / 1024, "loss": 0 if options.sample else loss.item()}, sys.stdout)
    print()


def check(net, given, c, names, steps, times):
    state = {names(name): tensor for name, tensor in given.items() if not name.startswith("in/")}
    net.load_state_dict(state)
    if steps:
        found = sample(net, given["in/z"], times)
    else:
        found = losses(net, given["in/x"], given["in/z"], given["in/t"], given["in/r"], c)
    json.dump({"seconds": 0, "peak_mib": 0, "loss": found.double().mean().item()}, sys.stdout)
    print()
