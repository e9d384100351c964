"""ECT's training step (Geng et al. 2024) in PyTorch on a CUDA device, in three ways: eager, compiled with max-autotune, and recorded as one CUDA graph."""
import argparse
import copy
import json
import sys
import time

import torch

from consistency import column, denoise, earlier
from toy import Toy
from unet import UNet

DECAY = 0.9999
NETS = {
    "W1": (Toy, (256, 2)),
    "DDPM++": (lambda: UNet(width=128, multipliers=(2, 2, 2), blocks=4, attention=(16,), dropout=0.2), (512, 3, 32, 32)),
}


def refuse(text):
    print(text, file=sys.stderr)
    sys.exit(2)


def mean_loss(net, data, low):
    """Whole batches, so that shapes are the same at every step. Student and teacher draw masks of their own: a recording cannot put a generator's state back."""
    noise = torch.randn_like(data)
    t = (torch.randn(data.shape[0], device=data.device, dtype=torch.float64) * 2.0 - 1.1).exp()
    r = earlier(t, 0)
    with torch.autocast("cuda", torch.bfloat16, enabled=low):
        output = denoise(net, data + column(t.float(), data) * noise, t.float())
        with torch.no_grad():
            target = denoise(net, data + column(r.float(), data) * noise, r.float().clamp(min=1e-6))
    target = torch.where(column(r > 0, data), target, data)
    return ((output.float() - target).flatten(1).square().sum(1).sqrt() / (t - r)).mean().float()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--net", choices=NETS, required=True)
    parser.add_argument("--way", choices=["eager", "compile", "graph"], required=True)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--warmup", type=int, default=12)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        refuse(f"no CUDA device that PyTorch {torch.__version__} can use: run this where there is one")

    torch.manual_seed(1)
    device = torch.device(options.device)
    make, shape = NETS[options.net]
    net = make().to(device)
    free = torch.cuda.mem_get_info()[0]  # weights and PyTorch's context are there already, as with ours
    average = copy.deepcopy(net)
    parameters, means = list(net.parameters()), list(average.parameters())
    optimizer = torch.optim.RAdam(parameters, lr=1e-4, **({"capturable": True} if options.way == "graph" else {}))
    called = torch.compile(net, mode="max-autotune") if options.way == "compile" else net
    batches = [torch.rand(shape).mul_(2).sub_(1).pin_memory() for _ in range(4)]
    data = batches[0].to(device)

    def step():
        optimizer.zero_grad(set_to_none=options.way != "graph")
        loss = mean_loss(called, data, options.precision == "bfloat16")
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(means, parameters, 1 - DECAY)
        return loss.detach()

    once = step
    if options.way == "graph":
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(11):  # RAdam takes other steps at first
                step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            recorded = step()

        def once():
            graph.replay()
            return recorded

    for i in range(options.warmup):
        data.copy_(batches[i % 4], non_blocking=True)
        loss = once()
    torch.cuda.synchronize()
    start = time.perf_counter()
    total = torch.zeros([], device=device)
    for i in range(options.steps):
        data.copy_(batches[i % 4], non_blocking=True)
        total += once()
    torch.cuda.synchronize()
    seconds = (time.perf_counter() - start) / options.steps
    json.dump({"seconds": seconds, "peak_mib": (free - torch.cuda.mem_get_info()[0]) / 2**20, "loss": total.item() / options.steps}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
