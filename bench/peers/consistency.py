"""One training step of ECT (Geng et al. 2024) in eager PyTorch, as its reference does it, and the loops that time and check it."""
import argparse
import copy
import json
import os
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


def denoise(net, x, t, least=0.0):
    """EDM's plain preconditioning (Karras et al. 2022, table 1), or the one that leaves x as it is at the least time."""
    s = column(t, x)
    keep = SIGMA_DATA**2 / ((s - least) ** 2 + SIGMA_DATA**2)
    give = (s - least) * SIGMA_DATA / (s**2 + SIGMA_DATA**2).sqrt()
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


def easy_mean_loss(net, beside, average, data, c):
    t = (torch.randn(data.shape[0]) * 2.0 - 1.1).exp()
    return losses(net, data, torch.randn_like(data), t, earlier(t, 0), c).mean()


def easy_checked(net, beside, average, given, c):
    return losses(net, given["in/x"], given["in/z"], given["in/t"], given["in/r"], c)


class Trained(torch.nn.Module):
    """A network and what is trained beside it."""

    def __init__(self, net, beside):
        super().__init__()
        self.net, self.beside = net(), beside() if beside else None


def run(net, batch, c, decay, rate, names, beside=None, mean_loss=easy_mean_loss, checked=easy_checked, clip=None, frozen=False):
    """names: our name of a parameter to the peer's, of what is trained beside the network with beside. before it. frozen: mean_loss gets a frozen copy of the network, not the average."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int)
    parser.add_argument("--warmup", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--check")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--update", action="store_true", help="time clip, optimiser and average alone")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    times = [0.821][: max(0, options.sample - 1)]
    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model = Trained(net, beside)
    if options.check:
        return check(model.eval(), read(options.check), c, names, options.sample, times, checked)

    if options.sample:
        model.eval()
    average = copy.deepcopy(model)
    other = copy.deepcopy(model).net if frozen else average.net
    optimizer = torch.optim.RAdam(model.parameters(), lr=rate)
    seconds = []
    noise = torch.randn(64, *batch(0).shape[1:])
    if options.update:
        for parameter in model.parameters():
            parameter.grad = torch.randn_like(parameter)
    loss, first = torch.zeros([]), 0.0
    for step in range(options.warmup + options.steps):
        data = batch(step)
        start = time.perf_counter()
        if options.sample:
            sample(model.net, noise, times)
            seconds.append(time.perf_counter() - start)
            first = first or since_start()
            continue
        if not options.update:
            loss = mean_loss(model.net, model.beside, other, data, c)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
        if clip or options.update:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip or 200)
        optimizer.step()
        with torch.no_grad():
            for mean, parameter in zip(average.parameters(), model.parameters()):
                mean.lerp_(parameter, 1 - decay)
        loss.item()
        seconds.append(time.perf_counter() - start)
        first = first or since_start()
    seconds = sorted(seconds[options.warmup :])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dump({"seconds": seconds[len(seconds) // 2], "peak_mib": (peak - imported) / 1024, "loss": loss.item(), "first": first}, sys.stdout)
    print()


def since_start():
    """Seconds since the program that measures started this one."""
    return time.time() - float(os.environ.get("BENCH_START", time.time()))


def check(model, given, c, names, steps, times, checked):
    found = {names(name): tensor for name, tensor in given.items() if not name.startswith("in/")}
    model.load_state_dict({name if name.startswith("beside.") else "net." + name: tensor for name, tensor in found.items()})
    if steps:
        result = sample(model.net, given["in/z"], times)
    else:
        average = copy.deepcopy(model.net)
        with torch.no_grad():
            for parameter in average.parameters():
                parameter.mul_(0.9)
        result = checked(model.net, model.beside, average, given, c)
    json.dump({"seconds": 0, "peak_mib": 0, "loss": result.double().mean().item()}, sys.stdout)
    print()
